import { z } from 'zod'
import { duration, frequency } from '../../data/quantities.js'
import { describeStage, ParameterProblem, waveform } from '../contract.js'
import { featureStream } from './feature-stream.js'
import { type LogMelOptions, logMelSpectrogram } from './spectra/log-mel-spectrogram.js'
import { bandCentres } from './spectra/mel-filter-bank.js'

export const logMelParameters = z.strictObject({
  bands: z.int().min(1).max(512).default(64).describe('mel bands'),
  window: duration({ min: 0.001, max: 1 }).default(0.025).describe('length of the window'),
  shape: z
    .enum(['hann', 'hamming'])
    .optional()
    .describe('of the window: a periodic Hann window if not said, or a periodic Hamming window'),
  hop: duration({ min: 0.0001, max: 1 }).default(0.01).describe('time from frame to frame'),
  fft: z
    .int()
    .min(16)
    .max(32768)
    .refine(size => (size & (size - 1)) === 0, 'expected a power of two')
    .default(512)
    .describe('FFT length in samples; the window is centred in it'),
  low: frequency({ min: 0, max: 500_000 }).default(60).describe('lower end of the lowest band'),
  high: frequency({ min: 1, max: 500_000 }).default(7800).describe('upper end of the highest band'),
  scale: z.enum(['htk', 'slaney']).default('htk').describe('mel scale'),
  norm: z.enum(['none', 'slaney']).default('none').describe('slaney: every band has the same area'),
  floor: z.number().positive().default(1e-6).describe('added to the mel power before the logarithm'),
})

/** log10 mel power, as librosa computes it with the same settings. */
export default describeStage({
  name: 'log-mel',
  summary: 'Log-mel spectrogram: log10 of mel-filtered power, centred frames.',
  parameters: logMelParameters,
  runsIn: 'item',
  cached: true,
  centres: bandCentres,
  in: { from: waveform },
  out: ({ from }, given) => {
    const { rate, hop, bands } = logMelOptions(from.rate, given)
    return { kind: 'logmel', rate, hop, bands }
  },
  work:
    (given, ports) =>
    ({ from }) => {
      const options = logMelOptions(ports.from.rate, given)
      return featureStream(from, given.bands, () => logMelSpectrogram(from.blocks(), options))
    },
})

/** Seconds to samples. @throws ParameterProblem for what cannot be at this rate */
export function logMelOptions(rate: number, given: z.output<typeof logMelParameters>): LogMelOptions {
  const [window, hop] = [Math.round(given.window * rate), Math.round(given.hop * rate)]
  if (hop < 1) throw new ParameterProblem('hop', `less than one sample at ${rate} Hz`)
  if (hop > given.fft)
    throw new ParameterProblem('hop', `longer than the FFT of ${given.fft} samples: sound would be left out`)
  if (window > given.fft) throw new ParameterProblem('fft', `shorter than the window of ${window} samples`)
  if (given.low >= given.high) throw new ParameterProblem('low', `not below the upper end, ${given.high} Hz`)
  if (given.high > rate / 2) throw new ParameterProblem('high', `sound at ${rate} Hz ends at ${rate / 2} Hz`)
  const bins = 1 + Math.floor((given.high * given.fft) / rate) - Math.ceil((given.low * given.fft) / rate)
  if (given.bands > bins)
    throw new ParameterProblem('bands', `more than the ${bins} bins of an FFT of ${given.fft} between low and high`)
  return { ...given, rate, window, hop }
}
