import { hash } from 'node:crypto'
import type { Clip } from '../../../stages/values.js'

export const SPLITS = ['train', 'held-out'] as const
export type Split = (typeof SPLITS)[number]

/**
 * Which clips make scenes of their own. What is held out hangs on the names alone: neither the seed nor other clips
 * that come or go move a name far, so that scenes of another seed keep the same clips apart.
 *
 * @param share of the groups, rounded to whole groups; at least one of each split if it is above 0
 * @param groupOf what is held out as a whole
 */
export function splitClips(clips: readonly Clip[], share: number, groupOf: (clip: Clip) => string): Map<string, Split> {
  const digest = (group: string) => hash('sha1', group)
  const groups = [...new Set(clips.map(groupOf))].sort((a, b) => (digest(a) < digest(b) ? -1 : 1))
  const count = share === 0 ? 0 : Math.min(groups.length - 1, Math.max(1, Math.round(share * groups.length)))
  const held = new Set(groups.slice(0, count))
  return new Map(clips.map(clip => [clip.id, held.has(groupOf(clip)) ? 'held-out' : 'train']))
}
