/**
 * Tables of Markdown pages, made from the JSON that runs have written. A page says what it wants where it wants it:
 *
 *     <!-- table { from: results/contrastive-study.json, on: [drums, words] } -->
 *     <!-- end -->
 *
 * and what stands between the two lines is written anew. `from` counts from the page's folder.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { readJsonFile } from '../../data/json-file.js'
import { suggestion } from '../../data/nearest-name.js'
import { Problem } from '../../data/problem.js'
import type { SweepResults } from '../sweeps/results.js'
import { claimTable, differenceOf, levelOf, nameOf } from '../sweeps/results-text.js'
import { inPercent, range, signed } from '../terminal/numbers.js'
import { markdownTable } from '../terminal/text-table.js'
import { type ProbeFile, readProbe } from './probe-file.js'

const wishes = z.strictObject({
  from: z.string().describe('results.json of a sweep, a .probe.json, or JSON with rows, beside the page'),
  on: z.array(z.string()).optional().describe('evaluations of a sweep; all if not given'),
  by: z.string().optional().describe('classifier; the first one if not given'),
  metric: z.string().optional().describe('balanced accuracy, say; what arms are compared by if not given'),
  claims: z.literal(true).optional().describe('what became of the claims of a sweep, in place of its arms'),
  rows: z.array(z.string()).optional().describe('arms, embeddings or first cells, in this order; all if not given'),
  columns: z.array(z.string()).optional().describe('of JSON with rows, in this order; all if not given'),
})
type Wishes = z.output<typeof wishes>

/** JSON of which every row is a row of the table: what benches write. */
export interface Rows {
  rows: Record<string, string | number | null>[]
  /** Said below the table: how it was measured. */
  note?: string
}

const BEGIN = /^<!-- table (.*) -->$/
const END = '<!-- end -->'

/** @returns the page with its tables as their files have it. @throws Problem at the line of the table that cannot be made */
export function withTables(page: string): string {
  const lines = readFileSync(page, 'utf8').split('\n')
  const out: string[] = []
  for (let at = 0; at < lines.length; at++) {
    out.push(lines[at]!)
    const [, asked] = BEGIN.exec(lines[at]!) ?? []
    if (asked === undefined) continue
    const place = { file: page, line: at + 1 }
    const end = lines.indexOf(END, at)
    if (end < 0 || lines.slice(at + 1, end).some(line => BEGIN.test(line)))
      throw new Problem('no-end', `The table has no end.`, {
        place,
        hint: `Write ${END} on a line of its own below it.`,
      })
    out.push(...tableAt(page, asked, place).split('\n'), END)
    at = end
  }
  return out.join('\n')
}

function tableAt(page: string, asked: string, place: { file: string; line: number }): string {
  try {
    const wish = wishes.parse(parse(asked))
    return `${tableOf(join(dirname(page), wish.from), wish)} From [${wish.from}](${wish.from}).`
  } catch (cause) {
    if (cause instanceof Problem) throw cause
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message
    throw new Problem('bad-table', `This table cannot be made: ${why}`, { place, cause })
  }
}

function tableOf(file: string, wish: Wishes): string {
  if (file.endsWith('.probe.json')) return probeTable(readProbe(file), wish)
  const json = readJsonFile(file) as SweepResults | Rows
  return 'summary' in json ? sweepTable(json, wish) : rowTable(json, wish)
}

/** Arms down, evaluations across; each with its difference to the arm that all are compared with. */
function sweepTable(results: SweepResults, { on, by, metric, claims, rows }: Wishes): string {
  const { evaluations, summary, against } = results
  const notes = chosen(evaluations, ({ name }) => name, on)
  const told = summary.filter(({ evaluation }) => notes.some(({ name }) => name === evaluation))
  if (claims) {
    const asked = results.claims.filter(({ evaluation }) => notes.some(({ name }) => name === evaluation))
    return `${markdownTable(claimTable(asked))}\n\nPercentage points (of the log-loss nats, less is better), paired, 95 % intervals.`
  }
  const classifiers = [...new Set(told.map(({ classifier }) => classifier))]
  const classifier = by === undefined ? classifiers[0]! : chosen(classifiers, name => name, [by])[0]!
  const metricOf = (name: string) => {
    const own = told.filter(row => row.evaluation === name && row.classifier === classifier)
    if (own.length === 0) throw new Error(`'${name}' has no figures of ${classifier}: say which with on, or by`)
    return chosen(
      own.map(row => row.metric),
      one => one,
      metric === undefined ? undefined : [metric],
    )[0]!
  }
  const arms = [...new Set(told.filter(row => row.classifier === classifier).map(nameOf))]
  const body = chosen(arms, name => name, rows).map(arm => [
    arm,
    ...notes.flatMap(({ name }) => {
      const row = told.find(
        one =>
          nameOf(one) === arm &&
          one.evaluation === name &&
          one.classifier === classifier &&
          one.metric === metricOf(name),
      )
      return row ? [levelOf(row), arm === against ? '' : differenceOf(row)] : ['-', '-']
    }),
  ])
  const head = ['', ...notes.flatMap(({ name }) => [`${name}, ${metricOf(name)}`, `minus ${against}`])]
  const seeds = [...new Set(told.flatMap(({ seeds }) => seeds))].sort((one, other) => one - other)
  const sounds = notes.map(
    ({ name, clips, group, units, chance }) =>
      `${name}: ${clips} clips${group === null ? '' : `, ${units} of '${group}' held out whole`}, chance ${inPercent(chance)}`,
  )
  return `${markdownTable([head, ...body])}\n\nPercent (the log-loss in nats, less is better), ${classifier}, mean over seeds ${seeds.join(', ')}, 95 % intervals; ${sounds.join('; ')}. Names in brackets are baselines.`
}

function probeTable({ rows, counts, settings }: ProbeFile, wish: Wishes): string {
  const classifiers = Object.keys(rows[0]!.figures)
  const classifier = wish.by === undefined ? classifiers[0]! : chosen(classifiers, name => name, [wish.by])[0]!
  const head = [classifier, 'balanced accuracy', 'accuracy', `${rows[0]!.name} minus this`]
  const body = chosen(rows, ({ name }) => name, wish.rows).map(({ name, figures }) => {
    const { balanced, balancedInterval, accuracy, behind } = figures[classifier]!
    return [
      name,
      `${inPercent(balanced)} ${balancedInterval ? range(balancedInterval, inPercent) : ''}`,
      inPercent(accuracy),
      behind ? `${signed(behind.difference)} ${range(behind.interval, signed)}` : '',
    ]
  })
  const held = counts.groups ? `, ${counts.groups} groups held out whole` : ''
  return `${markdownTable([head, ...body])}\n\nPercent; ${counts.tested} clips, ${Object.keys(counts.classes).length} classes${held}; ${settings.interval}.`
}

function rowTable({ rows, note = '' }: Rows, wish: Wishes): string {
  const columns = chosen([...new Set(rows.flatMap(Object.keys))], name => name, wish.columns)
  return `${tableOfRows(
    chosen(rows, row => String(row[columns[0]!]), wish.rows),
    columns,
  )}\n\n${note}`
}

/** @param columns those of the first row if not given */
export function tableOfRows(
  rows: readonly Rows['rows'][number][],
  columns: readonly string[] = Object.keys(rows[0]!),
): string {
  return markdownTable([columns, ...rows.map(row => columns.map(name => String(row[name] ?? '')))])
}

/** All with these names, in the order of the names. @throws Error if there is none of a name */
function chosen<Item>(
  all: readonly Item[],
  nameOf: (item: Item) => string,
  names?: readonly string[],
): readonly Item[] {
  if (!names) return all
  const known = all.map(nameOf)
  return names.flatMap(name => {
    if (!known.includes(name)) throw new Error(`there is no '${name}'. ${suggestion(name, known)}`.trimEnd())
    return all.filter((_, at) => known[at] === name)
  })
}
