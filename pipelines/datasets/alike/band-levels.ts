/** How a recording sounds as a whole: how loud each band is, and how much its loudness varies. */

import { soundAt } from '../../../stages/audio/signal/sound.js'
import { logMelOf } from '../../../stages/audio/spectra/log-mel-spectrogram.js'
import { bandCentres } from '../../../stages/audio/spectra/mel-filter-bank.js'

export const BANDS = 48
/** Hertz: what recorders and codecs leave out is mostly below half of it. */
const RATE = 32_000
const MELS = {
  rate: RATE,
  fft: 1024,
  bands: BANDS,
  low: 60,
  high: 15_600,
  scale: 'htk',
  norm: 'none',
  window: 800,
  hop: RATE / 50,
  floor: 1e-6,
} as const

/** Seconds that are looked at: so many at the beginning of each minute, of so many minutes at most. */
const [PIECE, EVERY, PIECES] = [10, 60, 12]

export const BAND_CENTRES: readonly number[] = bandCentres(MELS)

export interface BandLevels {
  /** dB of all bands together, of no fixed zero. */
  level: number
  /** dB of each band over that. */
  bands: number[]
  /** Standard deviation over time of each band, dB. */
  variation: number[]
}

/** @returns nothing for a sound shorter than a frame. @throws Problem if it cannot be read */
export async function bandLevels(clip: {
  path: string
  start?: number
  end?: number
}): Promise<BandLevels | undefined> {
  const spectrogram = await logMelOf(MELS)
  const [power, sum, square] = [0, 1, 2].map(() => new Float64Array(BANDS)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  let frames = 0
  for await (const piece of pieces(clip)) {
    if (piece.length < MELS.fft) continue
    const values = spectrogram(piece)
    for (let at = 0; at < values.length; at++) {
      const [band, decibels] = [at % BANDS, 10 * values[at]!]
      power[band]! += 10 ** values[at]!
      sum[band]! += decibels
      square[band]! += decibels ** 2
    }
    frames += values.length / BANDS
  }
  if (frames === 0) return undefined
  const level = 10 * Math.log10(power.reduce((all, one) => all + one, 0) / frames)
  return {
    level,
    bands: Array.from(power, one => 10 * Math.log10(one / frames) - level),
    variation: Array.from(sum, (one, band) => Math.sqrt(Math.max(0, square[band]! / frames - (one / frames) ** 2))),
  }
}

async function* pieces(clip: { path: string; start?: number; end?: number }): AsyncGenerator<Float32Array> {
  let piece = new Float32Array(PIECE * RATE)
  let [at, filled] = [0, 0]
  for await (const block of soundAt(RATE, clip))
    for (const value of block) {
      if (at % (EVERY * RATE) < piece.length) piece[filled++] = value
      at++
      if (filled < piece.length) continue
      yield piece
      ;[piece, filled] = [new Float32Array(PIECE * RATE), 0]
      if (at > (PIECES - 1) * EVERY * RATE) return
    }
  if (filled > 0) yield piece.subarray(0, filled)
}
