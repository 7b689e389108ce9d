/** A probe from file to result. Says nothing itself. */
import { basename } from 'node:path'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { missingColumn } from '../../../data/nearest-name.js'
import { Problem } from '../../../data/problem.js'
import { type ClipTable, readClipTable } from '../../embeddings/clip-table.js'
import type { RankingScore } from '../../statistics/ranking.js'
import type { Score } from '../../statistics/scores.js'
import { gatherContestants, type MissingBaseline } from './baselines.js'
import { type Classifier, classifiersOf, DEFAULT_CLASSIFIERS } from './classifiers.js'
import { type Comparison, compare, stepsOf } from './compare.js'
import { chooseExamples, count, type Examples } from './examples.js'
import { severalEach } from './frames.js'
import { CLASS_JUDGE, type Judge, RANKING_JUDGE } from './judges.js'
import type { CurvePoint } from './learning-curve.js'
import { ownFeatures } from './own-features.js'
import { type ProbeOptions, type ProbeRequest, withDefaults } from './probe-options.js'

/** Row of embeddings by Earshot; those of others go by the name of their file. */
export const OWN_NAME = 'trained'

export interface ProbeResultOf<M extends string> {
  options: ProbeOptions
  table: Pick<ClipTable, 'file' | 'columns' | 'metadata' | 'rows' | 'paths'>
  examples: Examples
  classifiers: readonly Classifier[]
  comparison: Comparison<M>
  /** The comparison with fewer labels, a point a budget; empty if none was asked for. */
  curve: CurvePoint<M>[]
  /** Baselines that are not there. */
  missing: MissingBaseline[]
}

/** Of clips with one class each. */
export type ProbeResult = ProbeResultOf<keyof Score>
/** Of clips with any number of classes. */
export type MultiLabelResult = ProbeResultOf<keyof RankingScore>

/** Told the number of steps; its answer is called after each. */
type Begin = (steps: number) => () => void

/**
 * @param begin called once the number of steps is known; its answer is called after each
 * @throws Problem for everything that a person can mend
 */
export async function runProbe(options: ProbeRequest, begin?: Begin): Promise<ProbeResult> {
  return judged({ ...options, separator: undefined }, CLASS_JUDGE, begin)
}

/**
 * A probe of clips that have any number of classes.
 *
 * @param options with the `separator` of the classes, `;` for example
 * @throws Problem for everything that a person can mend
 */
export async function runMultiLabelProbe(
  options: ProbeRequest & { separator: string },
  begin?: Begin,
): Promise<MultiLabelResult> {
  return judged(options, RANKING_JUDGE, begin)
}

async function judged<M extends string>(
  request: ProbeRequest,
  judge: Judge<M>,
  begin: Begin = () => () => {},
): Promise<ProbeResultOf<M>> {
  const asked = withDefaults(request)
  const { table, values, notes } = await withLabels(asked)
  const options = { ...asked, group: asked.group ?? byRecording(asked, table.paths, values(asked.label), notes) }
  const { file, against, layers = [], seed, budgets = [], repeats, gridPoints } = options
  const words = options.classifiers ?? DEFAULT_CLASSIFIERS
  const classifiers = classifiersOf(words, { seed, ...(gridPoints !== undefined && { gridPoints }) })
  const examples = chooseExamples(table, values, options)
  const { rows } = examples
  const said: string[] = []
  const features = await ownFeatures(table, rows, { layers, classifiers: words }, note => said.push(note))
  const missing: MissingBaseline[] = []
  const frames = features.frames !== undefined
  const rivals = await gatherContestants(table, rows, { against, frames, missing: one => missing.push(one) })
  const alone = rivals.filter(rival => rival.frames && !severalEach(rival.frames)).map(({ name }) => name)
  if (alone.length > 0) said.push(`One embedding a clip, so that attention has nothing to choose: ${alone.join(', ')}.`)
  const own = {
    name: Object.keys(table.metadata).some(key => key.startsWith('earshot.')) ? OWN_NAME : basename(file, '.arrow'),
    file,
    ...features,
  }
  const noted = table.metadata['earshot.note']
  examples.notes.unshift(...notes, ...said, ...(noted === undefined ? [] : [noted]))
  const contestants = [own, ...rivals]
  const { truth, units, folds } = examples
  const question = { truth, units, trials: [folds], classifiers, judge, seed }
  const fewer = budgets.length > 0 ? await import('./learning-curve.js') : undefined
  const plans = fewer?.planCurve(question, budgets, repeats) ?? []
  const tick = begin(stepsOf(contestants.length, question) + (fewer?.stepsOfCurve(contestants.length, plans) ?? 0))
  const comparison = await compare(contestants, question, tick)
  const curve = (await fewer?.learningCurve(contestants, plans, tick)) ?? []
  return { options, table, examples, classifiers, comparison, curve, missing }
}

/**
 * Rows that are stretches of one recording sound alike: they are held out together, unless something else is said.
 *
 * @param notes are told of it
 * @returns the column that groups them
 */
function byRecording(
  { group, split }: ProbeOptions,
  paths: readonly (string | undefined)[],
  labels: readonly (string | undefined)[],
  notes: string[],
): string | undefined {
  const labelled = paths.filter((_, at) => labels[at] !== undefined)
  const recordings = new Set(labelled)
  if (group !== undefined || split !== undefined || recordings.has(undefined)) return undefined
  if (recordings.size === labelled.length) return undefined
  const several = recordings.size > 1
  notes.push(
    several
      ? 'Stretches of one recording are held out together; --group clip parts them.'
      : 'All are stretches of one recording: neighbours stand on both sides of a fold, and figures are too good.',
  )
  return several ? 'path' : undefined
}

/** The clips with the columns that were asked for, from the file or from the table of labels. */
async function withLabels({ file, label, group, split, labels }: ProbeOptions) {
  const asked = [label, group, split].filter(name => name !== undefined)
  const brought =
    labels === undefined ? undefined : await (await import('../../embeddings/label-table.js')).readLabelTable(labels)
  const inFile = brought ? await columnsOf(file) : []
  for (const name of asked)
    if (brought && !brought.columns.has(name) && !inFile.includes(name))
      throw missingColumn(name, [...brought.columns.keys(), ...inFile], brought.file)
  const own = asked.filter(name => !brought?.columns.has(name))
  const table = await readClipTable(file, own)
  const notes: string[] = []
  if (table.rows > table.clips.length)
    notes.push(`${table.rows} rows averaged to ${count(table.clips.length, 'clip')}.`)
  const found =
    brought &&
    (await import('../../../data/manifests/match-clips.js')).matchClips(
      table.clips.map((clip, at) => [clip, ...(table.paths[at] === undefined ? [] : [table.paths[at]])]),
      brought.clips,
      brought,
    )
  const lacking = found?.filter(row => row === undefined).length ?? 0
  if (brought && lacking === table.clips.length)
    throw new Problem('no-labels', `No row of ${brought.file} names a clip of ${file}.`, {
      place: { file: brought.file },
      hint: `Its first row names '${brought.clips[0]}', the first clip is '${table.clips[0]}': one has to end in the other.`,
    })
  if (brought && lacking > 0) notes.push(`${count(lacking, 'clip')} not found in ${brought.file}.`)
  const values = (name: string) => {
    if (name === 'path' && group === undefined) return table.paths
    const column = brought?.columns.get(name)
    return column && found ? found.map(row => (row === undefined ? undefined : column[row])) : table.values.get(name)!
  }
  return { table, values, notes }
}

async function columnsOf(file: string): Promise<string[]> {
  const source = await openEmbeddings(file)
  await source.close()
  return source.columns
}
