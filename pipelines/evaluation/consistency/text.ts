/** The tables that `consistency` prints. */

import { spreadOverSeeds } from '../../statistics/intervals.js'
import { inPercent } from '../../terminal/numbers.js'
import { textTable } from '../../terminal/text-table.js'
import { armsOf, type MeasuredRun } from './runs.js'
import { AXES, type Axis, SHIFTS } from './shifts.js'
import type { Estimate, ShiftFigures } from './tally.js'

const UNITS: Record<Axis, string> = { time: 'frames', frequency: 'bands' }

/** One table an axis: a line a shift, or, of several runs, a line an arm. */
export function consistencyText(measured: readonly MeasuredRun[]): string {
  const [{ consistency }] = measured as [MeasuredRun]
  const { clips, patches, left, classifier, settings, labelled } = consistency
  const lost = left.length > 0 ? `, ${left.length} left out (consistency.json says why)` : ''
  const tables = AXES.map(axis =>
    measured.length === 1 ? ofOne(axis, consistency.figures[axis]) : ofArms(axis, measured),
  )
  return [
    `${consistency.sounds}: ${clips} clips, ${patches} patches${lost}`,
    ...tables,
    [
      classifier
        ? `same class: share of patches whose top class of '${classifier.node}' is that of the unshifted patch, mean over clips.`
        : 'No classifier in the graph: embeddings alone are compared.',
      'cosine: between the embeddings of shifted and unshifted patches, mean over clips.',
      measured.length === 1
        ? `[ ]: 95 %, ${settings.group ? `groups of '${settings.group}'` : 'clips'} resampled.`
        : '+-: standard deviation over seeds.',
      classifier && labelled < clips
        ? `Recognition is not told: ${clips - labelled} clips have none of the classes in '${classifier.column}'.`
        : '',
      `Shifts along frequency: ${settings.frequency}.`,
    ]
      .filter(line => line !== '')
      .join('\n'),
  ].join('\n\n')
}

const within = ({ value, interval }: Estimate, text: (value: number) => string) =>
  `${text(value)} [${interval.map(text).join(', ')}]`
const exact = (value: number) => value.toFixed(4)

function ofOne(axis: Axis, figures: readonly ShiftFigures[]): string {
  const head = [`${axis}, ${UNITS[axis]}`, 'same class', 'cosine', 'recognised', 'balanced']
  const rows = figures.map(({ shift, same, cosine, accuracy, balanced }) => [
    String(shift),
    same && shift > 0 ? within(same, inPercent) : '',
    shift > 0 ? within(cosine, exact) : '',
    accuracy === undefined ? '' : inPercent(accuracy),
    balanced === undefined ? '' : inPercent(balanced),
  ])
  return table(head, rows)
}

/** Mean and deviation over the seeds of each arm. */
function ofArms(axis: Axis, measured: readonly MeasuredRun[]): string {
  const moved = [...SHIFTS.entries()].filter(([, shift]) => shift > 0)
  const classified = measured.every(({ consistency }) => consistency.classifier)
  const head = [
    `${axis}, ${UNITS[axis]}`,
    'seeds',
    ...(classified ? moved.map(([, shift]) => `same class, ${shift}`) : []),
    ...moved.map(([, shift]) => `cosine, ${shift}`),
    ...(classified ? ['balanced, unshifted'] : []),
  ]
  const rows = [...armsOf(measured)].map(([arm, runs]) => {
    const over = (of: (figures: readonly ShiftFigures[]) => number | undefined, text: (value: number) => string) =>
      spreadOverSeeds(
        runs.map(({ consistency }) => of(consistency.figures[axis])),
        text,
      )
    return [
      arm,
      String(runs.length),
      ...(classified ? moved.map(([at]) => over(figures => figures[at]!.same?.value, inPercent)) : []),
      ...moved.map(([at]) => over(figures => figures[at]!.cosine.value, exact)),
      ...(classified ? [over(figures => figures[0]!.balanced, inPercent)] : []),
    ]
  })
  return table(head, rows)
}

/** Columns that are empty in every line are left out. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const kept = [...head.keys()].filter(column => rows.some(cells => cells[column] !== ''))
  const lines = [head, ...rows].map(cells => kept.map(column => cells[column]!))
  return textTable(lines, { ruled: true }).join('\n')
}
