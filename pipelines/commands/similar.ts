/** `earshot similar`: the sounds most like some examples, and how often they share a label. */

import { z } from 'zod'
import { demandFolder } from '../../data/output-file.js'
import { Problem } from '../../data/problem.js'
import { argument, formats, option, text, texts } from '../configuration/options.js'
import { type FoundStretch, foundStretches, seconds } from '../embeddings/search/found-stretches.js'
import type { Precision } from '../embeddings/search/precision-at-k.js'
import type { SearchResult } from '../embeddings/search/search.js'
import { searchOptions } from '../embeddings/search/search-options.js'
import { stoppable } from '../terminal/interrupt.js'
import { inPercent } from '../terminal/numbers.js'
import { progress } from '../terminal/progress.js'
import { textTable } from '../terminal/text-table.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot similar drums.arrow kick-01 --label label
  ./earshot similar drums.arrow 17 --count 3                     what is like row 17
  ./earshot similar nights.arrow 'night.flac@12.5-14 s'          where else is this? (embed with --level patch)
  ./earshot similar nights.arrow owl.wav fox.flac@3-4 --not rain.wav --run runs/mine -o owls/
  ./earshot similar library.arrow mine.wav --query mine.arrow    an example that another file holds
  ./earshot similar drums.arrow --precision-at 10 --label label  over all rows
  ./earshot similar library.arrow --make-index                   once; later searches look at few of the rows

An example is a clip, a recording, a stretch of one (START-END in seconds or h:m:s), a row number, or, with --run, any
sound file. Its own rows are not found, nor of windows that overlap any but the best. Exact, every row is compared; unless an
index lies beside the embeddings (--make-index, for a million rows and more, made in minutes). It is used by listen, too.
`

export default verb({
  name: 'similar',
  summary: 'Find the sounds most like some examples by the cosine of their embeddings.',
  takes: z.strictObject({
    file: argument('<embeddings.arrow>', 'file by `earshot embed`, or any Arrow file with columns clip and embedding'),
    examples: z
      .array(z.string())
      .default([])
      .describe('clips, stretches (NAME@12.5-14 s), row numbers, sound files')
      .meta({ argument: '[example...]' }),
    ...searchOptions.shape,
    label: texts('columns', 'columns to show; with --precision-at the label'),
    output: text('folder', 'folder for a page to listen to and a table', { short: 'o' }),
    formats: formats('write there what is found as annotations, too: raven, audacity'),
    precisionAt: option(
      'k',
      'how often the k nearest rows of other clips share the label, over all rows',
      z.int().min(1).optional(),
    ),
    makeIndex: z.boolean().optional().describe('make FILE.usearch, by which later searches are approximate and fast'),
    json: z.boolean().optional().describe('print the result as JSON'),
  }),
  help: EXAMPLES,
  run: async ({ file, label: columns, output, formats, precisionAt, makeIndex, json, edits: _, ...options }) => {
    if (precisionAt !== undefined) return printPrecision(file, columns, precisionAt, json)
    if (makeIndex) await index(file)
    if (makeIndex && options.examples.length === 0) return
    if (options.examples.length === 0)
      throw new Problem('bad-option', 'Name an example, or ask for --precision-at K over all rows.', {
        hint: './earshot similar --help shows examples.',
      })
    if (output === undefined && formats.length > 0)
      throw new Problem('bad-option', '--formats needs a folder.', { hint: 'Name one with -o.' })
    if (output !== undefined)
      demandFolder(output, [file, ...(options.query === undefined ? [] : [options.query])], ['index.html', 'found.csv'])
    const { search } = await import('../embeddings/search/search.js')
    const result = await search({ ...options, file, columns })
    if (result.told !== undefined) process.stderr.write(`${result.told}\n`)
    const found = foundStretches(result)
    const { asked, not: unwanted } = result
    process.stdout.write(
      json ? `${JSON.stringify({ asked, not: unwanted, found }, null, 1)}\n` : textOf(result, found, columns),
    )
    if (output === undefined) return
    const { writeFound } = await import('../embeddings/search/write-found.js')
    const written = await writeFound(output, result, found, formats)
    if (!json) process.stdout.write(written.map(line => `${line}\n`).join(''))
  },
})

async function index(file: string): Promise<void> {
  const { readIndex } = await import('../embeddings/search/embedding-index.js')
  const { makeIndex } = await import('../embeddings/search/approximate-index.js')
  await stoppable(
    async signal => {
      const embeddings = await readIndex(file)
      const bar = progress('Index', embeddings.rows)
      const made = await makeIndex(embeddings, { signal, onProgress: bar.tick }).finally(bar.done)
      process.stderr.write(`${made}: similar and listen --known look there, as long as ${file} stays as it is.\n`)
    },
    () => 'Stopped: there is no index.',
  )
}

async function printPrecision(file: string, columns: readonly string[], k: number, json: boolean | undefined) {
  const [label, ...others] = columns
  if (label === undefined || others.length > 0)
    throw new Problem('bad-option', '--precision-at needs one label column.', { hint: 'Add --label COLUMN.' })
  const { readIndex } = await import('../embeddings/search/embedding-index.js')
  const { precisionAtK } = await import('../embeddings/search/precision-at-k.js')
  const index = await readIndex(file, [label])
  const labels = index.labels.get(label)!
  if (labels.every(value => value === undefined))
    throw new Problem('no-labels', `No row has a value in '${label}'.`, { place: { file } })
  const precision = await precisionAtK(index, labels, { k })
  process.stdout.write(json ? `${JSON.stringify(precision, null, 1)}\n` : precisionText(precision, label))
}

function textOf(
  { asked, not, index, approximate, milliseconds }: SearchResult,
  found: readonly FoundStretch[],
  columns: readonly string[],
): string {
  const several = new Set(index.clips).size < index.rows
  const head = ['cosine', 'clip', ...(several ? ['seconds'] : []), ...columns]
  const body = found.map(({ similarity, clip, start, end, labels }) => [
    similarity.toFixed(4),
    clip,
    ...(several ? [start === undefined ? '' : `${seconds(start)}-${seconds(end)}`] : []),
    ...columns.map(name => labels[name] ?? ''),
  ])
  const less = not.length > 0 ? `, and least like ${not.join(', ')}` : ''
  const said = `Most like ${asked.join(', ')}${less}, of ${index.rows} rows (${approximate ? 'by their index, ' : ''}${milliseconds.toFixed(0)} ms):`
  return `${[said, ...textTable([head, ...body])].join('\n')}\n`
}

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
