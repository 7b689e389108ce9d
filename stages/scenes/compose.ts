/** A scene from its parts: events at their places, levels and directions, a bed under them, nothing clipped. */
import { added } from '../sample-arrays.js'
import type { Draws, Rng } from '../values.js'
import { activeLevel } from './active-level.js'
import { placeEvents } from './place-events.js'
import { heardAround, heardFrom, type Microphones } from './two-microphones.js'

export interface SceneRules {
  rate: number
  /** Length of the scene. */
  samples: number
  /** Share of the shorter one that the first two events have in common, at least. */
  overlap: number
  /** Greatest difference between the levels of two events, dB. */
  levels: number
  /** How far the bed lies below the mean level of the events, dB, drawn uniformly. */
  below: readonly [number, number]
  /** Mean of the range of event levels before anything is turned down, dB of full scale. */
  reference: number
  /** Two channels, not one: where sounds come from is drawn uniformly, in degrees. */
  microphones?: (Microphones & { directions: readonly [number, number] }) | undefined
}

export interface Scene {
  /** By event, as long as the scene; of two microphones the samples of both in turn. */
  events: Float32Array[]
  bed?: Float32Array
  /** Of each event. Levels are those of the stems, over active frames from onset to end (active-level.ts). */
  placed: { onset: number; samples: number; level: number; direction?: number }[]
  bedLevel?: number
  /** What every stem was multiplied with so that neither a stem nor the mixture passes 0.99; 1 where nothing did. */
  gain: number
}

const CEILING = 0.99

/**
 * Event levels are uniform around the reference, so that no two differ by more than `levels`. The stems add up to the
 * mixture: one gain turns all of them down where the mixture or a stem would clip. With two microphones, levels are those
 * half-way between them, and the bed comes from all around.
 *
 * @param cuts samples of each event, at least one, none longer than the scene; left as they are
 * @param bed as long as the scene
 * @throws RangeError if an event or the bed is silent
 */
export function composeScene(
  cuts: readonly Float32Array[],
  bed: Float32Array | undefined,
  rules: SceneRules,
  rng: Draws,
): Scene {
  const { rate, samples, overlap, levels, below, reference, microphones } = rules
  const lengths = cuts.map(({ length }) => length)
  const onsets = placeEvents(lengths, samples, overlap, rng('onsets'))
  const loudness = rng('levels')
  const wanted = cuts.map(() => reference + loudness.uniform(-levels / 2, levels / 2))
  const directions = microphones && drawn(cuts.length, microphones.directions, rng('directions'))
  const events = cuts.map((cut, event) => {
    const stem = new Float32Array(samples)
    stem.set(amplified(cut, wanted[event]! - activeLevel(cut, rate)), onsets[event]!)
    return microphones ? heardFrom(stem, directions![event]!, microphones, rate) : stem
  })
  const middle = wanted.reduce((sum, level) => sum + level, 0) / wanted.length
  const bedLevel = bed && middle - rng('bed level').uniform(...below)
  const quiet = bed && amplified(bed, bedLevel! - activeLevel(bed, rate))
  const under = quiet && microphones ? heardAround(quiet) : quiet
  const gain = turnDown(under ? [...events, under] : events)
  const drop = 20 * Math.log10(gain)
  return {
    events,
    ...(under && { bed: under, bedLevel: bedLevel! + drop }),
    placed: onsets.map((onset, event) => ({
      ...{ onset, samples: lengths[event]!, level: wanted[event]! + drop },
      ...(directions && { direction: directions[event]! }),
    })),
    gain,
  }
}

const drawn = (count: number, [low, high]: readonly [number, number], rng: Rng) =>
  Array.from({ length: count }, () => rng.uniform(low, high))

function amplified(samples: Float32Array, decibels: number): Float32Array {
  const gain = 10 ** (decibels / 20)
  return samples.map(sample => sample * gain)
}

/** Multiplies all stems with one number where something would pass the ceiling. @returns that number */
function turnDown(stems: readonly Float32Array[]): number {
  let peak = 0
  for (const signal of [...stems, added(stems, stems[0]!.length)])
    for (let i = 0; i < signal.length; i++) peak = Math.max(peak, Math.abs(signal[i]!))
  if (peak <= CEILING) return 1
  const gain = CEILING / peak
  for (const stem of stems) for (let i = 0; i < stem.length; i++) stem[i]! *= gain
  return gain
}
