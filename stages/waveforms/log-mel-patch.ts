import { z } from 'zod'
import { logMelOptions, logMelParameters } from '../audio/log-mel.js'
import { logMelOf } from '../audio/spectra/log-mel-spectrogram.js'
import { bandCentres } from '../audio/spectra/mel-filter-bank.js'
import { describeStage, excerpt, ParameterProblem } from '../contract.js'

const parameters = logMelParameters.extend({
  frames: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('length of the patch; as many as the excerpt has, 1 + floor(samples / hop), if not said'),
})

/** The log-mel spectrogram of an excerpt, after views that worked on its waveform. */
export default describeStage({
  runsIn: 'item',
  name: 'log-mel-patch',
  summary: 'Log-mel patch of an excerpt, with the numbers that log-mel would give for it.',
  parameters,
  centres: bandCentres,
  ofWholeClip: ({ frames: _, ...parameters }) => ({ stage: 'log-mel', parameters }),
  in: { from: excerpt },
  out: ({ from }, { frames, ...given }) => {
    const { rate, samples } = from
    const { hop, bands } = logMelOptions(rate, given)
    const there = 1 + Math.floor(samples / hop)
    if (frames !== undefined && frames > there)
      throw new ParameterProblem('frames', `an excerpt of ${samples / rate} s has ${there} frames`)
    return { kind: 'patch', rate, hop, bands, frames: frames ?? there }
  },
  work: ({ frames: _, ...given }, { from, out }) => {
    const transform = logMelOf(logMelOptions(from.rate, given))
    const { frames, bands } = out
    return async ({ from }) => (await transform)(from).slice(0, frames * bands)
  },
})
