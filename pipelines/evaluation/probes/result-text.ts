/** The table that a probe prints. */

import { basename } from 'node:path'
import type { Interval } from '../../statistics/scores.js'
import { inPercent, signed } from '../../terminal/numbers.js'
import { command } from '../../terminal/say.js'
import { textTable } from '../../terminal/text-table.js'
import type { Classifier } from './classifiers.js'
import type { FigureOf, Row } from './compare.js'
import { INNER_FOLDS } from './folds.js'
import { budgetName, type CurvePoint } from './learning-curve.js'
import type { ProbeOptions } from './probe-options.js'
import { type MultiLabelResult, OWN_NAME, type ProbeResult, type ProbeResultOf } from './run-probe.js'
import { verdict } from './verdict.js'

/** How a metric is printed. */
interface Column<M extends string> {
  metric: M
  title: string
  /** With its interval behind it. */
  interval: boolean
  print(value: number): string
}

const CLASS_COLUMNS: readonly Column<'balanced' | 'accuracy'>[] = [
  { metric: 'balanced', title: 'balanced acc.', interval: true, print: inPercent },
  { metric: 'accuracy', title: 'accuracy', interval: false, print: inPercent },
]
const RANKING_COLUMNS: readonly Column<'map' | 'dPrime' | 'lwlrap'>[] = [
  { metric: 'map', title: 'mAP', interval: true, print: inPercent },
  { metric: 'dPrime', title: "d'", interval: true, print: value => value.toFixed(2) },
  { metric: 'lwlrap', title: 'lwlrap', interval: true, print: inPercent },
]

/** A table a classifier, what was done, how to read it, what to try next. */
export const resultText = (result: ProbeResult): string => textOf(result, CLASS_COLUMNS)

/** The same for clips of several classes. */
export const multiLabelText = (result: MultiLabelResult): string => textOf(result, RANKING_COLUMNS)

function textOf<M extends string>(result: ProbeResultOf<M>, columns: readonly Column<M>[]): string {
  const { classifiers, comparison, curve, examples, missing, options } = result
  const tables = classifiers.map(classifier => tableOf(classifier, comparison.rows, columns))
  const curves = curve.length > 0 ? classifiers.map(({ name }) => curveTable(name, result, columns[0]!)) : []
  const notes = [...examples.notes, ...missing.map(({ name, why }) => `No baseline '${name}': ${why}.`)]
  return [
    `${filesOf(options).join(' + ')}: '${options.label}' of ${protocol(result)}`,
    ...tables,
    ...curves,
    layerShares(result),
    notes.map(note => `Note: ${note}`).join('\n'),
    explanation(result),
    verdict(comparison.rows, columns[0]!.title.replace('acc.', 'accuracy'), examples.groups) ?? '',
    `Next: ${next(result)}`,
  ]
    .filter(part => part !== '')
    .join('\n\n')
}

function protocol<M extends string>({ examples, comparison, options }: ProbeResultOf<M>): string {
  const { classes, clips, folds, groups } = examples
  const { group, split, seed } = options
  const parts = split
    ? folds.length === 1
      ? `tested on ${comparison.tested.length} by the column '${split}'`
      : `each of ${folds.length} values of '${split}' held out in turn`
    : groups
      ? `${folds.length} folds, ${groups} groups of '${group}' held out whole`
      : `${folds.length} stratified folds`
  return `${clips.length} clips, ${classes.length} classes; ${parts}; seed ${seed}`
}

function tableOf<M extends string>(
  { name, setting }: Classifier,
  rows: readonly Row<M>[],
  columns: readonly Column<M>[],
): string {
  const first = rows[0]!.name
  const titles = columns.map(({ title, interval }) => (interval ? `${title}  95 %` : title))
  const body = rows.map(row => {
    const figure = row.figures[name]!
    return [row.name, ...columns.map(column => cell(figure, column)), behind(figure), settings(figure.chosen, setting)]
  })
  const right = columns.flatMap(({ interval }, at) => (interval ? [] : [at + 1]))
  return table([[name, ...titles, `${first} minus this`, setting], ...body], right)
}

/** `Layers by weighted layers: block2 0.12, block3 0.61, ...` */
function layerShares<M extends string>({ options, comparison }: ProbeResultOf<M>): string {
  const names = filesOf(options).map(file => basename(file, '.arrow'))
  return Object.entries(comparison.rows[0]!.figures)
    .flatMap(([name, { layers }]) =>
      layers ? [`Layers by ${name}: ${layers.map((share, at) => `${names[at]} ${share.toFixed(2)}`).join(', ')}`] : [],
    )
    .join('\n')
}

/** Contestants down, budgets across; all labels last. */
function curveTable<M extends string>(
  name: string,
  { curve, comparison }: ProbeResultOf<M>,
  column: Column<M>,
): string {
  const points = [...curve.map(({ comparison }) => comparison), comparison]
  const titles = [...curve.map(pointTitle), 'all labels']
  const body = comparison.rows.map((row, at) => [
    row.name,
    ...points.map(({ rows }) => cell(rows[at]!.figures[name]!, column)),
  ])
  return table([[`${name}, ${column.title}`, ...titles], ...body])
}

const pointTitle = <M extends string>({ budget, labelled }: CurvePoint<M>) =>
  `${budgetName(budget)} (${Math.round(labelled)} clips)`

/** @param right columns that are flush right */
const table = (rows: string[][], right: readonly number[] = []): string =>
  textTable(rows, { ruled: true, right }).join('\n')

function cell<M extends string>(figure: FigureOf<M>, { metric, interval, print }: Column<M>): string {
  const range = figure[`${metric}Interval`] as Interval | undefined
  return interval && range ? `${print(figure[metric])} [${range.map(print).join(', ')}]` : print(figure[metric])
}

const behind = <M extends string>({ behind }: FigureOf<M>) =>
  behind ? `${signed(behind.difference)} [${behind.interval.map(signed).join(', ')}]` : ''

/** Chosen settings, each once. */
const settings = (chosen: readonly (number | string)[], setting: string) =>
  setting === ''
    ? ''
    : [...new Set(chosen)].sort((a, b) => (a < b ? -1 : 1)).join(typeof chosen[0] === 'string' ? '; ' : ' ')

function explanation<M extends string>({
  classifiers,
  comparison,
  curve,
  examples,
  options,
}: ProbeResultOf<M>): string {
  const first = comparison.rows[0]!.name
  const drawn = examples.groups ? `groups of '${options.group}'` : 'clips'
  const tuned = classifiers.filter(classifier => !('answer' in classifier))
  const chosen = tuned.map(({ setting }) => setting).filter(setting => setting !== '')
  const choice = `Settings (${[...new Set(chosen)].join(', ')}) are chosen on ${INNER_FOLDS} inner folds of each training part.`
  const repeats = options.repeats
  return [
    `Percent. Intervals: ${comparison.resamples} bootstrap resamples of ${drawn}.${chosen.length > 0 ? ` ${choice}` : ''}`,
    ...classifiers.filter(classifier => 'answer' in classifier).map(({ name }) => `${name}: its ${GRID_CHOICE}.`),
    ...(curve.length > 0
      ? [`Fewer labels: mean of ${repeats} draws; those intervals are over ${drawn} and draws.`]
      : []),
    `How to read it: '${first} minus this' is paired, clip by clip; an interval wholly above 0 says that ${first} is better than that row.`,
    ...(comparison.rows.some(({ name }) => name.startsWith('log-mel'))
      ? ['Ahead of log-mel statistics: it beats two numbers a band.']
      : []),
  ].join('\n')
}

const GRID_CHOICE =
  'grid point and epoch are chosen on the first inner fold of each training part, and trained on the rest'

/** Columns that often name what should be held out. */
const GROUP_NAMES = /speaker|voice|kit|group|session|site|recording|source|device|artist|author/i

function next<M extends string>({ options, table, missing, comparison }: ProbeResultOf<M>): string {
  const { file, group, split } = options
  const candidate = table.columns.find(name => GROUP_NAMES.test(name) && name !== options.label)
  if (missing.length > 0 && comparison.rows[0]!.name === OWN_NAME)
    return command`./earshot embed RUN SOUNDS -o ${file} (sounds with labels: it writes the baselines too)`
  const oneRecording = table.paths[0] !== undefined && new Set(table.paths).size === 1 // of one site, one session
  if (!group && !split && candidate && !oneRecording)
    return `${again(options)}${command` --group ${candidate}`} (no '${candidate}' in both training and test)`
  return `${again(options)}${group ? command` --group ${group}` : ''}${split ? command` --split ${split}` : ''} --against OTHER.arrow (compare two runs)`
}

const filesOf = ({ file, layers = [] }: ProbeOptions) => [file, ...layers]

const again = (options: ProbeOptions) =>
  command`./earshot probe ${filesOf(options)} --label ${options.label}` +
  (options.separator === undefined ? '' : command` --labels-separator ${options.separator}`)
