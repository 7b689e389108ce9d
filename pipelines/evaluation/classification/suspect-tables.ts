/** Training sets as a classifier would have them: tables that a second run names as its data. */
import { join } from 'node:path'
import { Problem } from '../../../data/problem.js'
import { writeWhole } from '../../../data/whole-file.js'
import type { Clip } from '../../../stages/values.js'
import type { Classified } from './classification.js'
import { clipsTable } from './clips-table.js'
import { largeLosses, missingLabels } from './suspects.js'

export interface Suspicions {
  /** Percentile of the losses above which clips are left out. */
  prune?: number | undefined
  /** Share of each class's implicit negatives that is flagged. */
  flag?: number | undefined
}

/** Column of the flagged classes, which the label stage reads (`missing: flagged`). */
export const FLAGGED = 'flagged'

/**
 * `pruned.tsv`, the labelled clips without those of large loss, and `flagged.tsv`, all clips with a column of classes that
 * they may have besides.
 *
 * @returns a sentence a file
 * @throws Problem `bad-option` where the classifier is not of the kind that is asked for
 */
export function writeSuspects(folder: string, classified: Classified, { prune, flag }: Suspicions): string[] {
  const { said, prepared, classifier, columns } = classified
  const told: string[] = []
  const write = (name: string, clips: readonly Clip[], more: readonly string[] = []) => {
    const file = join(folder, name)
    writeWhole(file, clipsTable(clips, [...columns, ...more]))
    return file
  }
  if (prune !== undefined) {
    if (classifier.outputs !== 'softmax') throw unfit('--prune', 'one class a clip (outputs: softmax)')
    const labelled = [...said.sets.keys()].filter(clip => said.sets[clip]!.length > 0)
    const suspects = new Set(largeLosses(said.losses, prune))
    const kept = labelled.filter(clip => !suspects.has(clip))
    const file = write(
      'pruned.tsv',
      kept.map(clip => prepared.clips[clip]!),
    )
    told.push(`${file}: ${kept.length} of ${labelled.length} labelled clips, without those of the largest losses.`)
  }
  if (flag !== undefined) {
    if (classifier.outputs !== 'sigmoid') throw unfit('--flag', 'several classes a clip (outputs: sigmoid)')
    const { separator = ';', classes } = classifier
    const flagged = missingLabels(said.scores, said.sets, flag)
    const clips = prepared.clips.map((clip, at) => {
      const names = flagged[at]!.map(one => classes[one]!).join(separator)
      const { [FLAGGED]: _, ...labels } = clip.labels
      return { ...clip, labels: { ...labels, ...(names !== '' && { [FLAGGED]: names }) } }
    })
    const file = write('flagged.tsv', clips, columns.includes(FLAGGED) ? [] : [FLAGGED])
    const count = flagged.reduce((sum, { length }) => sum + length, 0)
    told.push(`${file}: ${count} labels flagged as perhaps missing; train on it with  label: { missing: ${FLAGGED} }`)
  }
  return told
}

const unfit = (option: string, kind: string) =>
  new Problem('bad-option', `${option} is for classifiers of ${kind}; this one is not.`)
