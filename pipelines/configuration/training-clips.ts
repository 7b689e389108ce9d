/** The clips of a config's `data`, with a part of their labels or with label noise if it says so. */
import { type Corrupted, corrupt } from '../../data/label-noise/corrupt.js'
import { readClips } from '../../data/manifests.js'
import type { DataSettings } from './sections.js'

export interface TrainingClips extends Corrupted {
  /** Label columns. */
  columns: string[]
}

/** @throws Problem as `readClips` and `corrupt` throw them */
export async function trainingClips({ set, labels }: DataSettings): Promise<TrainingClips> {
  const list = await readClips(set)
  if (!labels) return { ...list, changes: [] }
  const outside = labels.outside > 0 ? await readClips(labels['outside-set']!) : undefined
  return { ...corrupt(list, labels, outside?.clips), columns: list.columns }
}
