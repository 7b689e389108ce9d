import { group } from 'd3-array'
import type { SplitClip } from './parts.js'

/** How many clips of a split have relatives in another part. */
export interface Contamination {
  /** Clips with a clip of the same group and a class in common in another part. */
  within: number
  /** Other clips with a clip of the same group, of other classes only, in another part. */
  between: number
}

/**
 * Counts contamination as Fonseca et al. do for FSD50K, where groups are uploaders ("FSD50K: an Open Dataset of
 * Human-Labeled Sound Events", TASLP 2022): a classifier may know an uploader's microphone and room instead of a class.
 *
 * @param assigned part by clip, any names or numbers
 */
export function contamination(clips: readonly SplitClip[], assigned: readonly (string | number)[]): Contamination {
  const grouped = [...clips.keys()].filter(i => clips[i]!.group !== undefined)
  const total = { within: 0, between: 0 }
  for (const members of group(grouped, i => clips[i]!.group!).values()) {
    const { within, between } = groupContamination(clips, members, assigned)
    total.within += within
    total.between += between
  }
  return total
}

/** The same among the clips of one group. */
function groupContamination(
  clips: readonly SplitClip[],
  members: readonly number[],
  assigned: readonly (string | number)[],
): Contamination {
  const first = assigned[members[0]!]
  const counted = { within: 0, between: 0 }
  if (members.every(clip => assigned[clip] === first)) return counted
  const parts = new Map<string, Set<string | number>>()
  for (const clip of members) {
    for (const name of clips[clip]!.classes) {
      const there = parts.get(name)
      if (there) there.add(assigned[clip]!)
      else parts.set(name, new Set([assigned[clip]!]))
    }
  }
  for (const clip of members) {
    if (clips[clip]!.classes.some(name => parts.get(name)!.size > 1)) counted.within++
    else counted.between++
  }
  return counted
}
