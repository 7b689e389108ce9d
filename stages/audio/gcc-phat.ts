import { z } from 'zod'
import { channels, describeStage, ParameterProblem, waveform } from '../contract.js'
import { SPEED_OF_SOUND } from '../scenes/two-microphones.js'
import { featureStream } from './feature-stream.js'
import { logMelOptions, logMelParameters } from './log-mel.js'
import { type CorrelationOptions, phaseCorrelation } from './spectra/phase-correlation.js'

const { window, shape, hop, fft, low, high, floor } = logMelParameters.shape

const parameters = z.strictObject({
  lags: z
    .int()
    .min(2)
    .max(512)
    .default(64)
    .describe('numbers a frame: lags at equal distances, from the earliest to the latest'),
  spacing: z
    .number()
    .min(0.001)
    .max(100)
    .default(0.2)
    .describe('metres between the microphones: no lag is longer than sound takes from one to the other'),
  ...{ window, shape, hop, fft, low, high },
  floor: floor.describe(
    'added to the magnitude of the cross-spectrum before it is divided by it: what is quieter counts less',
  ),
})

/** By how much later each channel hears what another one does, frame by frame. */
export default describeStage({
  name: 'gcc-phat',
  summary:
    'How well two channels agree at each lag, by their phases alone (GCC-PHAT): frames as those of log-mel, x lags.',
  source: 'Knapp and Carter, IEEE TASSP 1976',
  parameters,
  runsIn: 'item',
  cached: true,
  centres: () => [],
  in: { from: channels(waveform, 'A waveform keeps the channels of a file apart with channels: 2.') },
  out: ({ from }, given) => {
    if (from.count < 2) throw new ParameterProblem('from', 'one channel alone has no lags: it needs two')
    const { rate, hop } = correlationOptions(from.of.rate, given)
    const spectrogram = { kind: 'logmel', rate, hop, bands: given.lags } as const
    const pairs = pairsOf(from.count).length
    return pairs === 1 ? spectrogram : { kind: 'channels', of: spectrogram, count: pairs }
  },
  work: (given, { from: port }) => {
    const options = correlationOptions(port.of.rate, given)
    return ({ from }) => {
      const streams = pairsOf(port.count).map(([one, other]) => {
        const [a, b] = [from[one]!, from[other]!]
        return featureStream(a, given.lags, () => phaseCorrelation(a.blocks(), b.blocks(), options))
      })
      return streams.length === 1 ? streams[0] : streams
    }
  },
})

/** 1 and 2, 1 and 3, 2 and 3, ... */
const pairsOf = (count: number): [number, number][] =>
  Array.from({ length: count }, (_, b) => Array.from({ length: b }, (_, a): [number, number] => [a, b])).flat()

/** Seconds and metres to samples. @throws ParameterProblem for what cannot be at this rate */
function correlationOptions(rate: number, given: z.output<typeof parameters>): CorrelationOptions {
  const options = logMelOptions(rate, { ...given, bands: 1, scale: 'htk', norm: 'none' })
  const longest = (given.spacing / SPEED_OF_SOUND) * rate
  if (2 * longest > options.window)
    throw new ParameterProblem(
      'spacing',
      `sound takes ${longest.toFixed(1)} samples from one microphone to the other, and lags may be half a window long: write a window of more than ${Math.ceil((2000 * longest) / rate)} ms`,
    )
  return { ...options, lags: given.lags, longest }
}
