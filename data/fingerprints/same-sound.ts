/** Whether two clips hold the same recording: their waveforms laid over each other. */
import { levelDeviation } from './level-deviation.js'
import { octaveAgreement } from './octave-agreement.js'
import { type Alignment, align, differences } from './same-waveform.js'

/** Two clips that share sound, and what says so. */
export interface Overlay extends Alignment {
  /** One recording; otherwise merely alike: faded or filtered, a loop below two melodies, a sample in a mix. */
  same: boolean
  /** Correlation of the waveforms, polarity apart, in the loud octave where it is least. */
  octave: number
  /** How differently they are shaped in time and frequency, dB (level-deviation.ts). */
  deviation: number
}

/**
 * Broadband waveforms that agree so well at one lag, and half as well at no other, cannot do so by chance: something in
 * them is one recording. Tones agree at many lags: there the agreement must be closer, and closest where polarity is
 * inverted, as it is of any tone that comes half a period late.
 */
const SHARED = { broadband: 0.84, tonal: 0.9, inverted: 0.98, elsewhere: 0.5 }

/**
 * The rest of them is that recording too if levels are the same in time and frequency, and waveforms agree in every
 * octave that is loud. Lossy coding spares low frequencies, so less is asked of the high ones.
 *
 * Measured on 4,828 short sounds and 160 copies of them (half of the clip, Opus at 24 kbit/s and more, MP3 at 48 kbit/s
 * and more, other levels, all of these together): the copies deviate by 1.4 dB at most, their low octaves agree to
 * 0.87, their high ones to 0.84. Loops below another bass reach 0.79 in a low octave.
 */
const SAME = { deviation: 1.5, loud: -12, low: 0.85, high: 0.75, highFrom: 1000 }

/**
 * How two clips lie over each other if they share sound, up to gain and polarity; undefined if they do not.
 *
 * @param a @param b mono, 8 kHz
 * @param lag @param slack where to look, samples: t in `a` stands at t + lag in `b`
 */
export function sameSound(a: Float32Array, b: Float32Array, lag: number, slack: number): Overlay | undefined {
  const [left, right] = [differences(a), differences(b)]
  const found = align(left, right, lag, slack)
  if (!found) return undefined
  const agreement = Math.abs(found.correlation)
  const tonal = found.elsewhere > SHARED.elsewhere * agreement
  if (agreement < leastAgreement(tonal, found.correlation < 0)) return undefined
  const shift = Math.round(found.lag)
  const [from, to] = [Math.max(0, -shift), Math.min(a.length, b.length - shift)]
  const deviation = levelDeviation(left.subarray(from, to), right.subarray(from + shift, to + shift))
  const sign = Math.sign(found.correlation)
  const octaves = octaveAgreement(a.subarray(from, to), b.subarray(from + shift, to + shift), found.lag - shift)
    .filter(({ level }) => level >= SAME.loud)
    .map(one => ({ ...one, correlation: sign * one.correlation }))
  const agree = octaves.every(({ from, correlation }) => correlation >= (from < SAME.highFrom ? SAME.low : SAME.high))
  const same = agree && deviation <= SAME.deviation
  return { ...found, same, octave: Math.min(1, ...octaves.map(({ correlation }) => correlation)), deviation }
}

const leastAgreement = (tonal: boolean, inverted: boolean) =>
  tonal ? (inverted ? SHARED.inverted : SHARED.tonal) : SHARED.broadband
