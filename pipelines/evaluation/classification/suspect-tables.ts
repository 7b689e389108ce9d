/** Training sets as a classifier would have them: tables that a second run names as its data. */
import { join } from 'node:path'
import { quantile } from 'd3-array'
import { namesIn } from '../../../data/label-cells.js'
import { clipsTable } from '../../../data/manifests/delimited.js'
import { missingColumn } from '../../../data/nearest-name.js'
import { Problem } from '../../../data/problem.js'
import { writeWhole } from '../../../data/whole-file.js'
import type { Clip } from '../../../stages/values.js'
import type { Matrix } from '../../statistics/products.js'
import type { Classified } from './classified.js'

export interface Suspicions {
  /** Percentile of the losses above which clips are left out. */
  prune?: number | undefined
  /** Share of each class's implicit negatives that is flagged. */
  flag?: number | undefined
  /** Column of the classes that somebody said a clip does not have: these are never flagged. */
  explicit?: string | undefined
}

/** Column of the flagged classes, which the label stage reads (`missing: flagged`). */
export const FLAGGED = 'flagged'

/**
 * `pruned.tsv`, the labelled clips without those of large loss, and `flagged.tsv`, all clips with a column of classes that
 * they may have besides.
 *
 * @returns a sentence a file
 * @throws Problem `bad-option` where the classifier is not of the kind that is asked for; `missing-column`
 */
export function writeSuspects(folder: string, classified: Classified, { prune, flag, explicit }: Suspicions): string[] {
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
    if (explicit !== undefined && !columns.includes(explicit))
      throw missingColumn(explicit, columns, classified.classification.sounds)
    const denied = prepared.clips.map(({ labels }) => {
      const names = explicit === undefined ? [] : namesIn(labels[explicit], separator)
      return names.map(name => classes.indexOf(name))
    })
    const flagged = missingLabels(said.scores, said.sets, flag, denied)
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

/**
 * Clips whose loss is above a percentile of all, NumPy's linear interpolation (Fonseca, Font and Serra, WASPAA 2019: 96.25
 * to 99.25); clips without a loss (NaN) are none of them.
 *
 * @param percentile from 0 to 100
 */
export function largeLosses(losses: ArrayLike<number>, percentile: number): number[] {
  const all = Array.from(losses)
  const threshold = quantile(all, percentile / 100)! // leaves NaN out
  return [...all.keys()].filter(clip => all[clip]! > threshold)
}

/**
 * Of each class, the clips without it that the teacher scores highest: their labels are probably missing (Fonseca et al.,
 * IEEE SPL 2020: 1 to 6 %).
 *
 * @param scores of the teacher, clips x classes @param sets classes that each clip is known to have
 * @param share of the implicit negatives that are flagged, from 0 to 1, rounded; of equal scores the earlier clip
 * @param denied classes that each clip is known not to have: explicit negatives, which are not flagged
 * @returns the flagged classes of each clip
 */
export function missingLabels(
  { rows, columns, values }: Matrix,
  sets: readonly number[][],
  share: number,
  denied: readonly (readonly number[])[] = [],
): number[][] {
  const flagged: number[][] = Array.from({ length: rows }, () => [])
  for (let at = 0; at < columns; at++) {
    const without = [...sets.keys()].filter(clip => !sets[clip]!.includes(at) && !denied[clip]?.includes(at))
    const scoreOf = (clip: number) => values[clip * columns + at]!
    const ranked = without.sort((one, other) => scoreOf(other) - scoreOf(one) || one - other)
    for (const clip of ranked.slice(0, Math.round(share * ranked.length))) flagged[clip]!.push(at)
  }
  return flagged
}
