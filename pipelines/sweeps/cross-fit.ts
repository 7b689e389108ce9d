/** Cross-fitting: who is trained on and who is tested when every group of a set is to be tested once. */
import { join } from 'node:path'
import { namesIn } from '../../data/label-cells.js'
import { clipsTable } from '../../data/manifests/delimited.js'
import { readClips } from '../../data/manifests.js'
import { Problem } from '../../data/problem.js'
import { makeFolder, writeWhole } from '../../data/whole-file.js'
import { dealUnits } from '../evaluation/probes/folds.js'
import type { CrossFit } from './sweep-schema.js'

/** Tables of clips. */
export interface HeldOut {
  /** Counted from 1. */
  fold: number
  training: string
  test: string
}

/**
 * Deals whole groups into folds of near-equal classes, the same ones for every arm and seed, and writes the tables of each
 * to `folds/` of a sweep's folder.
 *
 * @throws Problem as `readClips`; `few-groups` if there are fewer groups than folds
 */
export async function writeFolds(
  output: string,
  { set, label, separator, group, folds }: CrossFit,
): Promise<HeldOut[]> {
  const { clips: all, columns } = await readClips(set)
  const clips = all.filter(({ labels }) => labels[label] !== undefined && labels[group] !== undefined)
  const groups = clips.map(({ labels }) => labels[group]!)
  const names = clips.map(({ labels }) => namesIn(labels[label], separator))
  const classes = [...new Set(names.flat())].sort()
  const count = new Set(groups).size
  if (count < folds)
    throw new Problem('few-groups', `${set} has ${count} groups of '${group}', too few for ${folds} folds.`, {
      place: { file: set },
    })
  const numbers = names.map(own => own.map(name => classes.indexOf(name)))
  const parts = dealUnits(numbers, groups, folds, 'sweep folds')
  const folder = join(output, 'folds')
  makeFolder(folder)
  return Array.from({ length: folds }, (_, fold): HeldOut => {
    const write = (name: string, held: boolean) => {
      const file = join(folder, `${fold + 1}-${name}.tsv`)
      const own = clips.filter((_, clip) => (parts[clip] === fold) === held)
      writeWhole(file, clipsTable(own, columns))
      return file
    }
    return { fold: fold + 1, training: write('training', false), test: write('test', true) }
  })
}
