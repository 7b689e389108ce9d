/** The tables of a sweep's results, in Markdown: they read as well on a terminal. */

import { inPercent, range, signed } from '../terminal/numbers.js'
import type { EvaluationNote, SweepResults } from './results.js'
import type { SummaryRow } from './summary.js'

/** A table for each evaluation and classifier, then what is missing, then how to read it. */
export function resultsText(results: SweepResults): string {
  const { evaluations, missing } = results
  if (evaluations.length === 0 && missing.length === 0) return 'No evaluation is asked for: add evaluate to the sweep.'
  return [
    ...evaluations.flatMap(note => [`## ${heading(note)}`, ...tablesOf(note, results)]),
    ...claimsText(results),
    ...missingText(results),
    ...(results.summary.length > 0 ? [explanation(results)] : []),
  ].join('\n\n')
}

function heading({ name, role, clips, classes, units, group, chance, left }: EvaluationNote): string {
  const drawn = group === null ? '' : `, ${units} of '${group}' held out whole`
  const lost = left > 0 ? `; ${left} clips that some runs lack are left out` : ''
  return `${name} (${role}): ${clips} clips, ${classes.length} classes${drawn}; chance ${inPercent(chance)} %${lost}`
}

function tablesOf(note: EvaluationNote, { summary, against }: SweepResults): string[] {
  const [first, second] = note.metrics
  const rows = summary.filter(({ evaluation, metric }) => evaluation === note.name && metric === first)
  return [...new Set(rows.map(({ classifier }) => classifier))].map(classifier => {
    const own = rows.filter(row => row.classifier === classifier)
    const beside = (row: SummaryRow) =>
      summary.find(
        other =>
          other.metric === second &&
          other.arm === row.arm &&
          other.kind === row.kind &&
          other.evaluation === row.evaluation &&
          other.classifier === classifier,
      )
    const head = [classifier, 'seeds', `${first}  95 %`, second, `minus ${against}  95 %`, 'verdict']
    return markdownTable(
      head,
      own.map(row => cellsOf(row, beside(row), against)),
    )
  })
}

function cellsOf(row: SummaryRow, beside: SummaryRow | undefined, against: string): string[] {
  const { arm, kind, seeds, missing, mean, interval, difference, differenceInterval, verdict } = row
  const lacking = missing.length === 0 ? '' : ` (${missing.length} missing)`
  const itself = kind === 'arm' && arm === against
  return [
    kind === 'baseline' ? `(${arm})` : arm,
    `${seeds.length}${lacking}`,
    mean === null || !interval ? '-' : `${inPercent(mean)} ${range(interval, inPercent)}`,
    beside?.mean == null ? '-' : inPercent(beside.mean),
    difference === null || !differenceInterval
      ? itself
        ? ''
        : '-'
      : `${signed(difference)} ${range(differenceInterval, signed)}`,
    verdict ?? (itself ? '' : '-'),
  ]
}

function claimsText({ claims }: SweepResults): string[] {
  if (claims.length === 0) return []
  const rows = claims.map(({ claim, evaluation, classifier, better, than, difference, interval, seeds, verdict }) => [
    ...[claim, `${better} minus ${than}`, `${evaluation}, ${classifier}`, String(seeds.length)],
    difference === null || !interval ? '-' : `${signed(difference)} ${range(interval, signed)}`,
    verdict ?? '-',
  ])
  return ['## Claims', markdownTable(['claim', 'what is compared', 'on', 'seeds', 'difference  95 %', 'verdict'], rows)]
}

function missingText({ missing }: SweepResults): string[] {
  if (missing.length === 0) return []
  const shown = missing.slice(0, 20)
  const lines = shown.map(({ arm, seed, state, reason, log }) => {
    const why = reason === null ? '' : `: ${reason}`
    return `- ${arm}, seed ${seed}: ${state}${why}${state === 'failed' && log ? ` (${log})` : ''}`
  })
  const more = missing.length > shown.length ? [`- and ${missing.length - shown.length} more`] : []
  return [`## Not there (${missing.length})`, [...lines, ...more].join('\n')]
}

function explanation({ resamples, against, evaluations, summary, name }: SweepResults): string {
  const drawn = [...new Set(evaluations.map(({ group }) => (group === null ? 'clips' : `groups of '${group}'`)))].join(
    ', ',
  )
  const counts = summary
    .filter(({ kind, seeds }) => kind === 'arm' && seeds.length > 0)
    .map(({ seeds }) => seeds.length)
  const most = Math.max(...counts)
  const single = counts.includes(1) ? ` (of arms with one seed, ${drawn} alone)` : ''
  const what = most > 1 ? `${drawn} and seeds together${single}` : `${drawn} alone, as there is one seed`
  const few = [
    `With ${most} seeds the resampled seeds show ${most - 1}/${most} of their variance: look twice at what just keeps off 0.`,
  ]
  return [
    `Percent; mean over seeds. Intervals: ${resamples} resamples of ${what}; each arm gets the same.`,
    ...(most > 1 && most < 5 ? few : []),
    `'minus ${against}' is paired, clip by clip and seed by seed: better or worse if its interval keeps off 0, else not resolved.`,
    'The intervals are not widened for the number of arms: of 20 arms without effect one is likely to look resolved.',
    `Names in brackets are baselines of '${against}'. All figures: results.csv, results.arrow. Sweep: ${name}.`,
  ].join('\n')
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const safe = (cell: string) => cell.replaceAll('|', '\\|')
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(cells => safe(cells[column]!).length), 3),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => safe(cell).padEnd(widths[at]!)).join(' | ')} |`
  return [line(head), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}
