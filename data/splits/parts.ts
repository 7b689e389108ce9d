/** What a split parts, and into what. */
import { group } from 'd3-array'

/** What matters about a clip when a set is parted. */
export interface SplitClip {
  /** None, one or several. */
  classes: readonly string[]
  /** Uploader, speaker, kit, site: clips of one group resemble each other. */
  group?: string | undefined
}

export interface Part {
  name: string
  /** Of all clips; the shares of all parts add up to 1. */
  share: number
}

/** Clips that go to one part together, by their numbers. */
export type Unit = readonly number[]

/** Each clip by itself; or all clips of a group, and clips without one by themselves. */
export function unitsOf(clips: readonly SplitClip[], { keepGroups }: { keepGroups: boolean }): Unit[] {
  return [...group(clips.keys(), i => (keepGroups ? clips[i]!.group : undefined) ?? i).values()]
}

/** Index of the largest value; of equal ones, one that `choose` picks (0 ... count - 1). */
export function largest(values: readonly number[], choose: (count: number) => number): number {
  const most = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const best = values.flatMap((value, i) => (value >= most - 1e-9 ? [i] : []))
  return best.length === 1 ? best[0]! : best[choose(best.length)]!
}
