/** The tables of a sweep's results, in Markdown: they read as well on a terminal. */

import { inPercent, range } from '../terminal/numbers.js'
import { markdownTable } from '../terminal/text-table.js'
import type { ClaimRow } from './claims.js'
import { isLower, writing } from './metrics.js'
import type { EvaluationNote, SweepResults } from './results.js'
import type { SummaryRow } from './summary.js'

/** A table for each evaluation and classifier, then what is missing, then how to read it. */
export function resultsText(results: SweepResults): string {
  const { evaluations, missing } = results
  if (evaluations.length === 0 && missing.length === 0) return 'No evaluation is asked for: add evaluate to the sweep.'
  return [
    ...evaluations.flatMap(note => [`## ${heading(note)}`, ...tablesOf(note, results)]),
    ...(results.claims.length > 0 ? ['## Claims', markdownTable(claimTable(results.claims))] : []),
    ...missingText(results),
    ...(results.summary.length > 0 ? [explanation(results)] : []),
  ].join('\n\n')
}

/** What is tested by what, and what guessing gets. */
export function heading({ name, role, clips, classes, units, group, chance, left }: EvaluationNote): string {
  const held = group === null ? '' : `, ${units} of '${group}' held out whole`
  const lost = left > 0 ? `; ${left} clips that some runs lack are left out` : ''
  return `${name} (${role}): ${clips} clips, ${classes.length} classes${held}; chance ${inPercent(chance)} %${lost}`
}

function tablesOf(note: EvaluationNote, { summary, against }: SweepResults): string[] {
  const rows = summary.filter(({ evaluation }) => evaluation === note.name)
  return [...new Set(rows.map(({ classifier }) => classifier))].map(classifier =>
    markdownTable(
      armTable(
        rows.filter(row => row.classifier === classifier),
        against,
      ),
    ),
  )
}

/**
 * A head, and a row for each arm: the first two metrics, each with its difference, and what the first one says.
 *
 * @param rows those of one classifier
 */
export function armTable(rows: readonly SummaryRow[], against: string): string[][] {
  const [first, second] = [...new Set(rows.map(({ metric }) => metric))]
  const body = rows
    .filter(({ metric }) => metric === first)
    .map(row => {
      const { arm, kind, seeds, missing, verdict } = row
      const itself = kind === 'arm' && arm === against
      const lacking = missing.length === 0 ? '' : ` (${missing.length} missing)`
      const beside = rows.find(other => other.metric === second && other.arm === arm && other.kind === kind)
      return [
        nameOf(row),
        `${seeds.length}${lacking}`,
        levelOf(row),
        itself ? '' : differenceOf(row),
        verdict ?? (itself ? '' : '-'),
        beside ? levelOf(beside) : '-',
        itself ? '' : beside ? differenceOf(beside) : '-',
      ]
    })
  const minus = `minus ${against}  95 %`
  return [[rows[0]!.classifier, 'seeds', `${first}  95 %`, minus, 'verdict', `${second}  95 %`, minus], ...body]
}

/** Baselines stand in brackets. */
export const nameOf = ({ arm, kind }: SummaryRow) => (kind === 'baseline' ? `(${arm})` : arm)

/** `59.4 [51.0, 74.0]`, or a dash where there is no figure. */
export const levelOf = ({ mean, interval, metric }: SummaryRow) =>
  mean === null || !interval ? '-' : `${writing(metric).level(mean)} ${range(interval, writing(metric).level)}`

/** `-5.6 [-10.4, +3.1]`, likewise. */
export const differenceOf = ({ difference, differenceInterval: interval, metric }: Differing) =>
  difference === null || !interval
    ? '-'
    : `${writing(metric).change(difference)} ${range(interval, writing(metric).change)}`

type Differing = Pick<SummaryRow, 'difference' | 'differenceInterval' | 'metric'>

/** A head, and a row for each claim on each evaluation. */
export function claimTable(claims: readonly ClaimRow[]): string[][] {
  const rows = claims.map(row => {
    const { claim, evaluation, classifier, metric, better, than, interval, seeds, verdict } = row
    const told = differenceOf({ ...row, differenceInterval: interval })
    return [
      ...[claim, `${better} minus ${than}`, `${evaluation}, ${classifier}, ${metric}`, String(seeds.length)],
      ...[told, verdict ?? '-'],
    ]
  })
  return [['claim', 'what is compared', 'on', 'seeds', 'difference  95 %', 'verdict'], ...rows]
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

/** How the tables are to be read. */
export function explanation({ against, evaluations, summary, name }: SweepResults): string {
  const drawn = [...new Set(evaluations.map(({ group }) => (group === null ? 'clips' : `groups of '${group}'`)))].join(
    ', ',
  )
  const counts = summary
    .filter(({ kind, seeds }) => kind === 'arm' && seeds.length > 0)
    .map(({ seeds }) => seeds.length)
  const most = Math.max(...counts)
  const single = counts.includes(1) ? ` (of arms with one seed, ${drawn} alone)` : ''
  const what = most > 1 ? `${drawn} and seeds together${single}` : `${drawn} alone, as there is one seed`
  const lossy = summary.some(({ metric }) => isLower(metric))
  return [
    `Percent${lossy ? ', but the log-loss in nats a clip, of which less is better' : ''}; mean over seeds. 95 % intervals: ${what}, as crossed random effects.`,
    `'minus ${against}' is paired, clip by clip and seed by seed: better or worse if its interval keeps off 0, else not resolved.`,
    'The intervals are not widened for the number of arms: of 20 arms without effect one is likely to look resolved.',
    `Names in brackets are baselines of '${against}'. All figures: results.csv, results.arrow. Sweep: ${name}.`,
  ].join('\n')
}
