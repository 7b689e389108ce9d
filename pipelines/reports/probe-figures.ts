/** What embeddings are worth, beside their baselines, with intervals. */

import { colour } from '../drawing/chart.js'
import { escaped } from '../drawing/html-page.js'
import { intervalChart } from '../drawing/interval-chart.js'
import { card, cards, sentence, table } from '../drawing/page.js'
import { verdict } from '../evaluation/probes/verdict.js'
import { inPercent, range, signed } from '../terminal/numbers.js'
import { type ProbeFigure, type ProbeFile, type ProbeRow, probeTitle } from './probe-file.js'

export function probeFigures(probes: readonly ProbeFile[]): string {
  if (probes.length === 0)
    return sentence(
      'No probe has been made of this run: ./earshot embed, then ./earshot probe, or name results with --probe.',
    )
  return probes.map(figures).join('\n')
}

function figures(probe: ProbeFile): string {
  const { counts, settings, notes, rows } = probe
  const classifiers = Object.keys(rows[0]?.figures ?? {})
  const classes = Object.keys(counts.classes).length
  const said = [
    verdict(rows, 'balanced accuracy', counts.groups) ?? '',
    `${counts.tested} clips tested, ${classes} classes, ${counts.folds} folds${counts.groups ? `, ${counts.groups} groups held out whole` : ''}.`,
    `Intervals: ${settings.interval}.`,
    ...notes,
  ]
  const drawn = classifiers.map(name =>
    card(`${name}`, intervals(`${name}, balanced accuracy`, rows, name), 'Dot: balanced accuracy; line: its interval.'),
  )
  return `<h3>${escaped(probeTitle(probe))}</h3>${sentence(said.join(' '))}${cards(drawn)}
<details><summary>All figures</summary>${classifiers.map(name => figureTable(rows, name)).join('\n')}</details>`
}

function intervals(title: string, rows: readonly ProbeRow[], classifier: string): string {
  const shown = rows.map(({ name, figures }, at) => {
    const { balanced, balancedInterval = [balanced, balanced] } = figures[classifier]!
    const [low, high] = balancedInterval.map(share => 100 * share) as [number, number]
    return { name, label: `${name}  ${inPercent(balanced)}`, value: 100 * balanced, low, high, ink: inkOf(name, at) }
  })
  return intervalChart({ title, x: 'balanced accuracy (%)', rows: shown, within: [0, 100] })
}

/** The embeddings in question, baselines, chance. */
function inkOf(name: string, at: number): string {
  if (at === 0) return colour(0)
  return name.startsWith('chance') ? colour(6) : colour(1)
}

function figureTable(rows: readonly ProbeRow[], classifier: string): string {
  const first = rows[0]!.name
  const columns = [
    { title: classifier },
    { title: 'balanced acc. (%)', number: true },
    { title: '95 %', number: true },
    { title: 'accuracy (%)', number: true },
    { title: `${first} minus this`, number: true },
    { title: '95 %', number: true },
  ]
  const cellsOf = ({ balanced, balancedInterval, accuracy, behind }: ProbeFigure) => [
    inPercent(balanced),
    balancedInterval ? range(balancedInterval, inPercent) : '',
    inPercent(accuracy),
    behind ? signed(behind.difference) : '',
    behind ? range(behind.interval, signed) : '',
  ]
  return table(
    columns,
    rows.map(({ name, figures }) => [name, ...cellsOf(figures[classifier]!)]),
  )
}
