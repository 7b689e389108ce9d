/** What two microphones hear of sounds from different directions: when, and how loudly; no room, no head. */
import { bessel0 } from '../audio/signal/resampler.js'

export interface Microphones {
  /** Metres from one to the other. */
  spacing: number
  /** By how much the nearer one hears a sound from the side louder, dB. */
  difference: number
}

/** Metres that sound travels in a second, in air of 20 degrees. */
export const SPEED_OF_SOUND = 343

/**
 * A far sound: it reaches the second microphone `spacing` x sin(direction) / 343 m/s seconds before the first, half of
 * that early and half late, and is there `difference` x sin(direction) louder, half of that up and half down.
 *
 * @param stem mono; what a delay moves over its ends is lost
 * @param direction degrees: 0 is ahead, -90 beside the first microphone, 90 beside the second
 * @param rate hertz
 * @returns samples of both in turn, as WAV files have them
 */
export function heardFrom(
  stem: Float32Array,
  direction: number,
  { spacing, difference }: Microphones,
  rate: number,
): Float32Array {
  const side = Math.sin((direction * Math.PI) / 180)
  const late = (spacing * side * rate) / SPEED_OF_SOUND / 2
  const louder = 10 ** ((difference * side) / 40)
  const [first, second] = [delayed(stem, late), delayed(stem, -late)]
  return inTurn(
    first.map(sample => sample / louder),
    second.map(sample => sample * louder),
  )
}

/** A sound from all around: the second microphone hears what the first does, half of the sound later, in a round. */
export function heardAround(bed: Float32Array): Float32Array {
  const half = bed.length >> 1
  const later = new Float32Array(bed.length)
  later.set(bed.subarray(half))
  later.set(bed.subarray(0, half), bed.length - half)
  return inTurn(bed, later)
}

function inTurn(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(2 * first.length)
  for (let i = 0; i < first.length; i++) {
    both[2 * i] = first[i]!
    both[2 * i + 1] = second[i]!
  }
  return both
}

/** Samples on each side that a delayed one is made of; what is made of them is exact up to 0.45 of the rate. */
const REACH = 32
const BETA = 8

/**
 * A sound later by any number of samples, by a sinc in a Kaiser window (beta 8, 64 taps).
 *
 * @param delay samples; earlier if negative
 * @returns as long as the sound
 */
export function delayed(sound: Float32Array, delay: number): Float32Array {
  const whole = Math.floor(delay)
  const rest = delay - whole
  const taps = Float64Array.from({ length: 2 * REACH }, (_, k) => windowedSinc(k - REACH + 1 - rest))
  const later = new Float32Array(sound.length)
  for (let i = 0; i < later.length; i++) {
    let sum = 0
    const from = i - whole + REACH - 1 // the sample that the first tap weighs
    const [first, last] = [Math.max(0, from - sound.length + 1), Math.min(taps.length - 1, from)]
    for (let k = first; k <= last; k++) sum += taps[k]! * sound[from - k]!
    later[i] = sum
  }
  return later
}

function windowedSinc(time: number): number {
  const inside = 1 - (time / REACH) ** 2
  if (inside <= 0) return 0
  const x = Math.PI * time
  return (x === 0 ? 1 : Math.sin(x) / x) * (bessel0(BETA * Math.sqrt(inside)) / bessel0(BETA))
}
