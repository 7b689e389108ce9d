/** The ablation: for each evaluation what every arm reached, and how far it is from the arm that all are compared with. */

import { colour } from '../drawing/chart.js'
import { escaped } from '../drawing/html-page.js'
import { type IntervalRow, intervalChart } from '../drawing/interval-chart.js'
import { card, cards, sentence, table } from '../drawing/page.js'
import type { Interval } from '../statistics/scores.js'
import type { ClaimRow } from '../sweeps/claims.js'
import { isLower, type Metric, writing } from '../sweeps/metrics.js'
import { armTable, claimTable, explanation, heading, nameOf } from '../sweeps/results-text.js'
import type { SummaryRow } from '../sweeps/summary.js'
import type { SweepRecord } from './sweep-record.js'

/** Arms that fit into a chart, and rows of a table; a sweep may have thousands. */
const [CHARTED, LISTED] = [40, 500]

export function sweepFigures({ results }: SweepRecord): string {
  const { evaluations, summary, claims, against } = results
  if (evaluations.length === 0) return sentence('There is no figure yet: no evaluation has come to its end.')
  const parts = evaluations.map(note => {
    const rows = summary.filter(({ evaluation }) => evaluation === note.name)
    return `<h3>${escaped(heading(note))}</h3>${evaluationFigures(rows, against)}`
  })
  return `${sentence(explanation(results))}${claimsTable(claims)}${parts.join('\n')}`
}

function claimsTable(claims: readonly ClaimRow[]): string {
  return claims.length === 0 ? '' : `<h3>Claims</h3>${textTable(claimTable(claims))}`
}

const textTable = ([head = [], ...rows]: readonly string[][]) =>
  table(
    head.map(title => ({ title, number: /seeds|%|accuracy|lwlrap/.test(title) })),
    rows.slice(0, LISTED),
  )

/** Charts show the first metric; the second is in the table. */
function evaluationFigures(rows: readonly SummaryRow[], against: string): string {
  const classifiers = [...new Set(rows.map(({ classifier }) => classifier))]
  return classifiers
    .map(classifier => {
      const own = rows.filter(row => row.classifier === classifier)
      const { metric } = own[0]!
      const shown = own.filter(row => row.metric === metric)
      const drawn = furthest(shown)
      const charts = [differenceCard(drawn, classifier, against), levelCard(drawn, classifier)]
      const left =
        drawn.length < shown.length
          ? sentence(`Drawn: the ${drawn.length} of ${shown.length} with the largest differences.`)
          : ''
      return `${left}${cards(charts.filter(one => one !== ''))}<details open><summary>${escaped(classifier)}: table</summary>${textTable(armTable(own, against))}</details>`
    })
    .join('\n')
}

/** All, if they are few; else those with the largest differences, and the arm that all are compared with, in their order. */
function furthest(rows: readonly SummaryRow[]): readonly SummaryRow[] {
  if (rows.length <= CHARTED) return rows
  const size = ({ difference, mean }: SummaryRow) =>
    difference === null ? (mean === null ? -1 : Number.POSITIVE_INFINITY) : Math.abs(difference)
  const chosen = new Set([...rows].sort((one, other) => size(other) - size(one)).slice(0, CHARTED))
  return rows.filter(row => chosen.has(row))
}

function differenceCard(rows: readonly SummaryRow[], classifier: string, against: string): string {
  const shown = rows.flatMap((row): IntervalRow[] => {
    const { difference, differenceInterval, verdict, metric } = row
    if (difference === null || differenceInterval === null) return []
    const name = nameOf(row)
    const label = `${name}  ${writing(metric).change(difference)}`
    return [{ name, label, ...drawnAt(metric, difference, differenceInterval), ink: inkOf(verdict) }]
  })
  if (shown.length === 0) return ''
  const { metric } = rows[0]!
  const x = `difference to ${against} (${isLower(metric) ? 'nats of log-loss, less is better' : 'percentage points'})`
  const title = `${classifier}: difference to ${against}`
  const drawing = intervalChart({ title, x, rows: shown, within: [-100, 100], mark: 0 })
  return card(title, drawing, 'Green: better. Red: worse. Grey: not resolved.')
}

function levelCard(rows: readonly SummaryRow[], classifier: string): string {
  const shown = rows.flatMap((row): IntervalRow[] => {
    const { kind, mean, interval, metric } = row
    if (mean === null || interval === null) return []
    const ink = kind === 'baseline' ? colour(1) : colour(0)
    const name = nameOf(row)
    return [{ name, label: `${name}  ${writing(metric).level(mean)}`, ...drawnAt(metric, mean, interval), ink }]
  })
  if (shown.length === 0) return ''
  const { metric } = rows[0]!
  const title = `${classifier}: ${metric}`
  const x = `${metric} (${isLower(metric) ? 'nats' : '%'})`
  const drawing = intervalChart({ title, x, rows: shown, within: [0, 100] })
  return card(title, drawing, 'Names in brackets are baselines.')
}

/** Shares in percent, nats as they are. */
function drawnAt(metric: Metric, value: number, interval: Interval) {
  const scale = isLower(metric) ? 1 : 100
  return { value: scale * value, low: scale * interval[0], high: scale * interval[1] }
}

function inkOf(verdict: SummaryRow['verdict']): string {
  return verdict === 'better' ? 'var(--good)' : verdict === 'worse' ? 'var(--bad)' : colour(6)
}
