/** Whether two clips hold the same recording: their waveforms laid over each other. */
import { levelDeviation } from './level-deviation.js'
import { type Alignment, align, differences } from './same-waveform.js'

/**
 * Broadband waveforms that agree so well at one lag, and half as well at no other, cannot do so by chance. Tones agree
 * at many lags: there the levels in time and frequency must be the same too.
 *
 * Measured on 4,828 short sounds and 160 copies of them (cut to a half, Opus at 48 kbit/s, MP3 at 64 kbit/s, quieter
 * by up to 18 dB, all of these together): the copies have 0.855 and more, tonal ones 0.915 and more, and deviate by
 * 1.4 dB at most. Different notes of one instrument mostly stay below 0.9 or deviate by more.
 */
const SAME = { broadband: 0.84, tonal: 0.9, elsewhere: 0.5, deviation: 1.5 }

/**
 * How two clips lie over each other if they hold the same recording, up to gain and polarity; undefined if not.
 *
 * @param a @param b mono, 8 kHz
 * @param lag @param slack where to look, samples: t in `a` stands at t + lag in `b`
 */
export function sameSound(a: Float32Array, b: Float32Array, lag: number, slack: number): Alignment | undefined {
  const [left, right] = [differences(a), differences(b)]
  const found = align(left, right, lag, slack)
  if (!found) return undefined
  const agreement = Math.abs(found.correlation)
  if (agreement < SAME.broadband) return undefined
  if (found.elsewhere <= SAME.elsewhere * agreement) return found
  if (agreement < SAME.tonal) return undefined
  const shift = Math.round(found.lag)
  const [from, to] = [Math.max(0, -shift), Math.min(left.length, right.length - shift)]
  const deviation = levelDeviation(left.subarray(from, to), right.subarray(from + shift, to + shift))
  return deviation <= SAME.deviation ? found : undefined
}
