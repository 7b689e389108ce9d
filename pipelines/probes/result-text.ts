/** The table that a probe prints. */

import { CLASSIFIERS } from './classifiers.js'
import type { Figure, Row } from './compare.js'
import { INNER_FOLDS } from './folds.js'
import { OWN_NAME, type ProbeResult } from './run-probe.js'
import { RESAMPLES } from './scores.js'

/** Both classifiers, what was done, how to read it, what to try next. */
export function resultText(result: ProbeResult): string {
  const { comparison, examples, missing, options } = result
  const tables = CLASSIFIERS.map(({ name, setting }) => tableOf(name, setting, comparison.rows))
  const notes = [...examples.notes, ...missing.map(name => `No ruler '${name}': its file is not there.`)]
  return [
    `${options.file}: '${options.label}' of ${protocol(result)}`,
    ...tables,
    notes.map(note => `Note: ${note}`).join('\n'),
    explanation(result),
    `Next: ${next(result)}`,
  ]
    .filter(part => part !== '')
    .join('\n\n')
}

function protocol({ examples, comparison, options }: ProbeResult): string {
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

function tableOf(classifier: string, setting: string, rows: readonly Row[]): string {
  const first = rows[0]!.name
  const head = [classifier, 'balanced acc.  95 %', 'accuracy', `${first} minus this`, setting]
  const body = rows.map(row => {
    const figure = row.figures[classifier]!
    return [row.name, withInterval(figure), percent(figure.accuracy), behind(figure), settings(figure.chosen)]
  })
  const widths = head.map((title, column) => Math.max(title.length, ...body.map(cells => cells[column]!.length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd()
  return [line(head), widths.map(width => '-'.repeat(width)).join('  '), ...body.map(line)].join('\n')
}

const percent = (share: number) => (100 * share).toFixed(1)
const signed = (share: number) => `${share < 0 ? '-' : '+'}${percent(Math.abs(share))}`

const withInterval = ({ balanced, balancedInterval }: Figure) =>
  balancedInterval ? `${percent(balanced)} [${balancedInterval.map(percent).join(', ')}]` : percent(balanced)

const behind = ({ behind }: Figure) =>
  behind ? `${signed(behind.difference)} [${behind.interval.map(signed).join(', ')}]` : ''

/** Chosen settings, each once. */
const settings = (chosen: readonly number[]) =>
  [...new Set(chosen)]
    .sort((a, b) => a - b)
    .map(value => String(value))
    .join(' ')

function explanation({ comparison, examples, options }: ProbeResult): string {
  const first = comparison.rows[0]!.name
  const drawn = examples.groups ? `groups of '${options.group}'` : 'clips'
  return [
    `Percent. Intervals: ${RESAMPLES} bootstrap resamples of ${drawn}. Settings (C, k) are chosen on ${INNER_FOLDS} inner folds of each training part.`,
    `How to read it: '${first} minus this' is paired, clip by clip; an interval wholly above 0 says that ${first} is better than that row.`,
    `Ahead of the untrained encoder: training helped. Ahead of log-mel statistics: it beats two numbers a band.`,
  ].join('\n')
}

/** Columns that often name what should be held out. */
const GROUP_NAMES = /speaker|voice|kit|group|session|site|recording|source|device|artist|author/i

function next({ options, table, missing, comparison }: ProbeResult): string {
  const { file, label, group, split } = options
  const again = `./earshot probe ${file} --label ${label}`
  const candidate = table.columns.find(name => GROUP_NAMES.test(name) && name !== label)
  if (missing.length > 0 && comparison.rows[0]!.name === OWN_NAME)
    return `./earshot embed RUN SOUNDS -o ${file} (sounds with labels: it writes the rulers too)`
  if (!group && !split && candidate)
    return `${again} --group ${candidate} (no '${candidate}' in both training and test)`
  return `${again}${group ? ` --group ${group}` : ''}${split ? ` --split ${split}` : ''} --against OTHER.arrow (compare two runs)`
}
