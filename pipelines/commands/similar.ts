/** `earshot similar`: the sounds most like one, and how often they share its label. */

import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import type { Precision } from '../embeddings/search/precision-at-k.js'
import type { SearchResult } from '../embeddings/search/search.js'
import { inPercent } from '../terminal/numbers.js'
import { textTable } from '../terminal/text-table.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot similar drums.arrow kick-01 --label label
  ./earshot similar drums.arrow 17 --count 3                     the clip of row 17
  ./earshot similar library.arrow mine.wav --query mine.arrow    by example: a clip of another file
  ./earshot similar drums.arrow --precision-at 10 --label label  over all rows
`

export default verb({
  name: 'similar',
  summary: 'Find the sounds most like one by the cosine of their embeddings (exact).',
  takes: z.strictObject({
    file: z
      .string()
      .describe('file by `earshot embed`, or any Arrow file with columns clip and embedding')
      .meta({ argument: '<embeddings.arrow>' }),
    clip: z.string().optional().describe('name of a clip, its file name, or a row number').meta({ argument: '[clip]' }),
    query: z
      .string()
      .optional()
      .describe('embeddings that hold the clip, made by the same encoder')
      .meta({ value: 'file' }),
    count: z.int().min(1).default(10).describe('how many to show').meta({ short: 'n' }),
    label: z
      .array(z.string())
      .default([])
      .describe('columns to show; with --precision-at the label')
      .meta({ value: 'columns' }),
    precisionAt: z
      .int()
      .min(1)
      .optional()
      .describe('how often the k nearest rows of other clips share the label, over all rows')
      .meta({ value: 'k' }),
    json: z.boolean().optional().describe('print the result as JSON'),
  }),
  help: EXAMPLES,
  run: async ({ file, clip, query, count, label: columns, precisionAt, json }) => {
    if (precisionAt !== undefined) {
      const k = precisionAt
      const [label, ...others] = columns
      if (label === undefined || others.length > 0)
        throw new Problem('bad-option', '--precision-at needs one label column.', { hint: 'Add --label COLUMN.' })
      const [{ readIndex }, { precisionAtK }] = await Promise.all([
        import('../embeddings/search/embedding-index.js'),
        import('../embeddings/search/precision-at-k.js'),
      ])
      const index = await readIndex(file, [label])
      const labels = index.labels.get(label)!
      if (labels.every(value => value === undefined))
        throw new Problem('no-labels', `No row has a value in '${label}'.`, { place: { file } })
      const precision = await precisionAtK(index, labels, { k })
      process.stdout.write(json ? `${JSON.stringify(precision, null, 1)}\n` : precisionText(precision, label))
      return
    }
    if (clip === undefined)
      throw new Problem('bad-option', 'Name a clip, or ask for --precision-at K over all rows.', {
        hint: './earshot similar --help shows examples.',
      })
    const { search } = await import('../embeddings/search/search.js')
    const result = await search({ file, clip, query, count, columns })
    process.stdout.write(json ? jsonOf(result) : textOf(result, columns))
  },
})

function entriesOf({ index, found }: SearchResult) {
  return found.map(({ row, similarity }) => ({
    row,
    similarity,
    clip: index.clips[row]!,
    start: index.starts[row],
    end: index.ends[row],
    labels: Object.fromEntries([...index.labels].map(([name, values]) => [name, values[row]])),
  }))
}

const jsonOf = (result: SearchResult) => `${JSON.stringify({ clip: result.clip, found: entriesOf(result) }, null, 1)}\n`

function textOf(result: SearchResult, columns: readonly string[]): string {
  const { clip, index, milliseconds } = result
  const entries = entriesOf(result)
  const several = new Set(index.clips).size < index.rows
  const head = ['cosine', 'clip', ...(several ? ['seconds'] : []), ...columns]
  const body = entries.map(({ similarity, clip, start, end, labels }) => [
    similarity.toFixed(4),
    clip,
    ...(several ? [start === undefined ? '' : `${seconds(start)}-${seconds(end)}`] : []),
    ...columns.map(name => labels[name] ?? ''),
  ])
  const said = `Most like ${clip}, of ${index.rows} rows (${milliseconds.toFixed(0)} ms):`
  return `${[said, ...textTable([head, ...body])].join('\n')}\n`
}

const seconds = (text: string | undefined) => Number(text).toFixed(2)

/** Labels in a table; the rest is in the JSON. */
const SHOWN = 20

function precisionText(
  { k, precision, interval, balanced, chance, labels, queries, rows }: Precision,
  label: string,
): string {
  const shown = labels.slice(0, SHOWN)
  const width = Math.max(...shown.map(own => own.label.length))
  const asked = queries < rows ? `${queries} of ${rows} rows, drawn` : `${rows} rows`
  return [
    `Precision at ${k} by '${label}': ${inPercent(precision)} [${interval.map(inPercent).join(', ')}] %, mean over labels ${inPercent(balanced)} %, chance ${inPercent(chance)} %.`,
    `${asked}; found are rows of other clips. Interval: 95 %, bootstrap over clips.`,
    ...shown.map(own => `  ${own.label.padEnd(width)}  ${inPercent(own.precision).padStart(5)} %  ${own.rows} rows`),
    ...(labels.length > SHOWN ? [`  and ${labels.length - SHOWN} more (--json shows all)`] : []),
    '',
  ].join('\n')
}
