/** `earshot label`: a page that asks about windows of recordings, and learns from each answer. */
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { AnnotationFormat } from '../../data/annotations/annotation.js'
import { demandOthers, demandOutput } from '../../data/output-file.js'
import { Problem } from '../../data/problem.js'
import { writeWhole } from '../../data/whole-file.js'
import { argument, formats, option, text, texts } from '../configuration/options.js'
import type { Agreement } from '../labelling/agreement.js'
import { interruptible } from '../terminal/interrupt.js'
import { wholePercent } from '../terminal/numbers.js'
import { withBar } from '../terminal/progress.js'
import { command } from '../terminal/say.js'
import { textTable } from '../terminal/text-table.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot embed runs/mine nights/ -o nights.arrow --level patch      windows of long recordings
  ./earshot label nights.arrow --class owl --like 'night.flac@12.5-14 s'
  ./earshot label nights.arrow --class owl fox --table ours.csv         several classes, a table by name
  ./earshot label nights.arrow --class owl -o owl.html --most 300       one file for somebody without Earshot
  ./earshot label --table ours.csv --formats raven audacity -o ours/    its windows as annotations
  ./earshot label --compare mine.csv theirs.csv                         where two people differ

The page answers to this machine alone, at the address that is printed. Keys: y yes, n no, s skip, u undo, space plays.
Each answer is in the table at once; start again to go on. The table is a list of clips for embed, probe and finetune:
  ./earshot embed runs/mine nights.labels.csv -o labelled.arrow && ./earshot probe labelled.arrow --label owl
`

const takes = z.strictObject({
  file: argument('[embeddings.arrow]', 'embeddings of windows by `earshot embed`'),
  class: texts('names', 'what is asked about; those of the table come along'),
  table: text('file', 'CSV to write; NAME.labels.csv beside the embeddings if not given'),
  like: texts('examples', 'what the first questions are like, named as for similar'),
  not: texts('examples', 'what they are not like'),
  run: text('run', 'run that embeds examples which are sound files'),
  most: option('count', 'windows; of more, so many are drawn', z.int().min(1).default(100_000)),
  port: option('number', 'of this machine; any that is free if not given', z.int().min(0).max(65_535).default(0)),
  output: text('file', 'write the page as one file, with all its sounds', { short: 'o' }),
  formats: formats('write what --table says yes to as annotations, raven or audacity, in the folder -o'),
  compare: texts('tables', 'two tables: say where they differ'),
  json: z.boolean().optional().describe('what --compare says as JSON'),
})

export default verb({
  name: 'label',
  summary: 'label windows of recordings on a page that learns from each answer',
  takes,
  help: EXAMPLES,
  run: async ({ compare, formats, file, json, edits: _, ...given }) => {
    if (compare.length > 0) return printAgreement(compare, json)
    if (formats.length > 0) return writeYes(formats, given.table, given.output)
    if (file === undefined)
      throw new Problem('bad-option', 'Name the embeddings whose windows are labelled.', {
        hint: './earshot label --help shows examples.',
      })
    await label(file, given)
  },
})

type Given = Omit<z.output<typeof takes>, 'file' | 'formats' | 'compare' | 'json'>

async function label(file: string, { class: classes, output, most, port, ...given }: Given): Promise<void> {
  const { table: name = join(dirname(file), `${basename(file, '.arrow')}.labels.csv`), ...wanted } = given
  demandOthers([name], [file])
  if (output !== undefined) demandOutput(output, 'HTML', [file, name])
  const { readLabelSet } = await import('../labelling/windows.js')
  const { shownOf } = await import('../labelling/shown.js')
  const { AnswerTable } = await import('../labelling/answers.js')
  const table = await AnswerTable.open(name, classes)
  try {
    if (table.classes.length === 0)
      throw new Problem('bad-option', 'Say what is asked about.', { hint: 'Add --class NAME, such as --class owl.' })
    const set = await readLabelSet(file, most)
    const shown = await withBar('map', progress => shownOf(set, { ...wanted, run: wanted.run, progress }))
    if (output === undefined) return await serve(shown, table, port)
    const { offlinePage } = await import('../labelling/offline-page.js')
    writeWhole(output, await offlinePage({ ...shown, classes: table.classes }))
    process.stdout.write(command`${output}: ${String(set.stretches.length)} windows, to be labelled without Earshot.\n`)
  } finally {
    table.close()
  }
}

async function serve(
  shown: Parameters<typeof import('../labelling/serve.js').serveLabels>[0],
  table: Parameters<typeof import('../labelling/serve.js').serveLabels>[1],
  port: number,
): Promise<void> {
  const { serveLabels } = await import('../labelling/serve.js')
  const server = await serveLabels(shown, table, port)
  await interruptible('Ending.', async signal => {
    process.stdout.write(
      `Answers go to ${table.file}. Open, on this machine:\n  ${server.address}\nCtrl-C ends it; nothing is lost.\n`,
    )
    await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
  }).finally(() => server.close())
}

async function writeYes(formats: readonly AnnotationFormat[], table?: string, folder?: string): Promise<void> {
  if (table === undefined || folder === undefined)
    throw new Problem('bad-option', '--formats needs a table and a folder.', {
      hint: './earshot label --table owls.csv --formats raven -o owls/',
    })
  const { yesAnnotations } = await import('../labelling/answers.js')
  const { writeAnnotations } = await import('../../data/annotations/write-annotations.js')
  const told = await writeAnnotations(folder, await yesAnnotations(table), formats)
  process.stdout.write(told.map(line => `${line}\n`).join(''))
}

async function printAgreement(tables: readonly string[], json: boolean | undefined): Promise<void> {
  const [one, other, ...more] = tables
  if (one === undefined || other === undefined || more.length > 0)
    throw new Problem('bad-option', '--compare needs two tables.', {
      hint: './earshot label --compare mine.csv theirs.csv',
    })
  const { agreement } = await import('../labelling/agreement.js')
  const found = await agreement(one, other)
  process.stdout.write(
    json
      ? `${JSON.stringify(found, null, 1)}\n`
      : found.map(agreementText).join('') || 'The tables have no class in common.\n',
  )
}

function agreementText({ class: name, both, agree, kappa, differ }: Agreement): string {
  const told =
    both === 0 ? 'no window was answered in both' : `${agree} of ${both} alike (${wholePercent(agree / both)})`
  const head = ['file', 'start', 'end', 'first', 'second']
  const rows = differ.map(({ file, start, end, one, other }) => [file, start, end, one, other])
  const lines = rows.length > 0 ? textTable([head, ...rows]) : []
  return `${[`${name}: ${told}${kappa === undefined ? '' : `, kappa ${kappa.toFixed(2)}`}`, ...lines.map(line => `  ${line}`)].join('\n')}\n`
}
