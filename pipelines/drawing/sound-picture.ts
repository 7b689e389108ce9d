/** The spectrogram of a sound that has none in the graph: excerpts, recordings, channels. */
import { logMelOf } from '../../stages/audio/spectra/log-mel-spectrogram.js'
import { bandCentres } from '../../stages/audio/spectra/mel-filter-bank.js'
import type { LogMel } from '../../stages/values.js'
import type { Spectrogram } from './spectrogram.js'

const BANDS = 64

/** 64 mel bands up to nearly half the rate, a frame every 10 ms; undefined for a sound shorter than one window. */
export async function spectrogramOfSound({
  samples,
  rate,
}: {
  samples: Float32Array
  rate: number
}): Promise<Spectrogram | undefined> {
  const [window, hop] = [Math.round(0.025 * rate), Math.max(1, Math.round(0.01 * rate))]
  const fft = 2 ** Math.ceil(Math.log2(Math.max(16, window)))
  if (samples.length < fft) return undefined
  const mels = { rate, fft, bands: BANDS, low: Math.min(60, rate / 20), high: 0.4875 * rate } as const
  const options = { ...mels, scale: 'htk', norm: 'none', window, hop, floor: 1e-6 } as const
  const values = (await logMelOf(options))(samples)
  const frames = values.length / BANDS
  const read = (start: number, count: number) => values.slice(start * BANDS, (start + count) * BANDS)
  return { ...pooled({ frames, bands: BANDS, read }, hop / rate), centres: bandCentres(options) }
}

/** More could not be told apart in a picture. */
const COLUMNS = 1200

/**
 * A whole clip for a picture: neighbouring frames of a long one are averaged, and read a few at a time.
 *
 * @param hop seconds from frame to frame
 */
export function pooled(mel: LogMel, hop: number): Spectrogram {
  const { bands } = mel
  const step = Math.max(1, Math.ceil(mel.frames / COLUMNS))
  if (step === 1) return { values: mel.read(0, mel.frames), frames: mel.frames, bands, hop }
  const frames = Math.floor(mel.frames / step)
  const values = new Float32Array(frames * bands)
  for (let column = 0; column < frames; column++) {
    const some = mel.read(column * step, step)
    for (let at = 0; at < some.length; at++) values[column * bands + (at % bands)]! += some[at]! / step
  }
  return { values, frames, bands, hop: hop * step }
}
