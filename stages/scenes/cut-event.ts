/** From a recording to one event of a scene, or to the bed that lies under all of them. */
import { repeated } from '../sample-arrays.js'
import type { Recording, Rng } from '../values.js'
import { activeStretch } from './active-level.js'

export type Source = Pick<Recording, 'rate' | 'samples' | 'read'>

/** A piece of a recording. */
export interface Cut {
  samples: Float32Array
  /** Where it was taken, samples from the recording's start. */
  start: number
}

/**
 * An event: at most `longest` samples from a uniformly drawn place, without the silence around its sound, faded (raised
 * cosine) where something was cut away.
 *
 * @param longest samples
 * @param fade samples of each fade; at most half the event
 * @throws RangeError if what was cut is silent
 */
export function cutEvent(source: Source, longest: number, fade: number, rng: Rng): Cut {
  const count = Math.min(longest, source.samples)
  const from = source.samples > count ? rng.integer(0, source.samples - count + 1) : 0
  const stretch = source.read(from, count)
  const [first, end] = activeStretch(stretch, source.rate)
  const start = from + first
  const samples = stretch.slice(first, end)
  const length = Math.min(fade, samples.length >> 1)
  if (start > 0) fadeIn(samples, length)
  if (from + end < source.samples) fadeOut(samples, length)
  return { samples, start }
}

/**
 * A bed: `length` samples from a uniformly drawn place; a shorter recording is repeated from its start.
 *
 * @throws RangeError if the recording has no samples
 */
export function cutBed(source: Source, length: number, rng: Rng): Cut {
  if (source.samples === 0) throw new RangeError('the recording has no samples')
  const start = source.samples > length ? rng.integer(0, source.samples - length + 1) : 0
  const piece = source.read(start, Math.min(length, source.samples))
  return { samples: repeated(piece, length), start }
}

function fadeIn(samples: Float32Array, length: number): void {
  for (let i = 0; i < length; i++) samples[i]! *= risen(i, length)
}

function fadeOut(samples: Float32Array, length: number): void {
  for (let i = 0; i < length; i++) samples[samples.length - 1 - i]! *= risen(i, length)
}

/** Raised cosine from 0 to 1, without either. */
const risen = (i: number, length: number) => 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / length)
