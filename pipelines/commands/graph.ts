/** `earshot graph`: draws a graph with the types of everything that flows in it, or what an edit does to it. */
import { basename, join } from 'node:path'
import { z } from 'zod'
import { demandOutput } from '../../data/output-file.js'
import { Problem, Problems } from '../../data/problem.js'
import { makeFolder, writeWhole } from '../../data/whole-file.js'
import { diffGraphs, drawDiffText } from '../../graphs/drawing/diff.js'
import { drawText } from '../../graphs/drawing/text.js'
import type { CheckedGraph } from '../../graphs/language/checked.js'
import { type Edit, readGraph } from '../../graphs/language/read-graph.js'
import { CONFIG } from '../configuration/config.js'
import { argument, text } from '../configuration/options.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot graph graphs/contrastive-16k.yaml
  ./earshot graph graphs/*.yaml --svg graphs/                    a picture of each, beside it
  ./earshot graph configs/quickstart.yaml --mermaid              for a Markdown file
  ./earshot graph configs/pool.yaml --without mixed --diff       what the edit does
  ./earshot graph graphs/contrastive-16k.yaml configs/quickstart.yaml --diff --svg diff.svg
`

interface Options {
  svg?: string | undefined
  mermaid?: boolean | undefined
}

interface Drawn {
  graph: CheckedGraph
  /** Of the graph. */
  name: string
  file: string
}

export default verb({
  name: 'graph',
  summary: 'draw a graph as text, or as SVG into a file',
  takes: z.strictObject({
    files: argument('<file...>', 'graphs or configs (YAML)'),
    svg: text('file', 'write a picture instead; into a folder, under the name of each file, if it ends in /'),
    mermaid: z.boolean().optional().describe("print it in Mermaid's language"),
    diff: z
      .boolean()
      .optional()
      .describe('what changes from the first file to the second, or by the edits if there is only one file'),
  }),
  edits: true,
  help: EXAMPLES,
  run: async ({ files, edits, svg, mermaid, diff: compare }) => {
    if (compare) return diff(await pairOf(files, edits), { svg })
    if (svg !== undefined && !svg.endsWith('/') && files.length > 1)
      throw new Problem('bad-option', `${files.length} drawings do not fit into ${svg}.`, {
        hint: `Name a folder, with a slash at the end: --svg ${svg}/`,
      })
    for (const file of files) await draw(await read(file, edits), { svg, mermaid }, files.length > 1)
  },
})

async function read(file: string, edits: readonly Edit[]): Promise<Drawn> {
  const { graph, document, problems } = await readGraph(file, { edits, ...CONFIG })
  if (!graph || !document || problems.length > 0) throw new Problems(problems)
  return { graph, name: document.name, file }
}

async function pairOf(files: string[], edits: readonly Edit[]): Promise<[Drawn, Drawn]> {
  const [before, after = before] = files
  const hint = 'Name two files, or one and an edit: --without NODE, --swap NODE=stage, --set path=value.'
  if (files.length > 2) throw new Problem('bad-option', `--diff compares two files, not ${files.length}.`, { hint })
  if (files.length === 1 && edits.length === 0)
    throw new Problem('bad-option', `There is nothing to compare ${before} with.`, { hint })
  return [await read(before!, []), await read(after!, edits)]
}

async function draw({ graph, name, file }: Drawn, { svg, mermaid }: Options, several: boolean): Promise<void> {
  if (svg !== undefined) {
    const { drawSvg } = await import('../../graphs/drawing/svg.js')
    if (svg.endsWith('/')) makeFolder(svg)
    const target = svg.endsWith('/') ? join(svg, `${basename(file).replace(/\.ya?ml$/, '')}.svg`) : svg
    demandOutput(target, 'SVG', [file])
    writeWhole(target, await drawSvg(graph, name))
    process.stdout.write(`${target}: ${graph.nodes.length} nodes of ${file}.\n`)
  } else if (mermaid) {
    const { drawMermaid } = await import('../../graphs/drawing/mermaid.js')
    process.stdout.write(`${several ? `%% ${file}\n` : ''}${drawMermaid(graph)}\n`)
  } else {
    const lifted = graph.nodes.some(node => node.lifted) ? '\n\n* once for each lane of the pair' : ''
    process.stdout.write(
      `${several ? `${file}\n\n` : ''}${drawText(graph, columns())}${lifted}\n${several ? '\n' : ''}`,
    )
  }
}

async function diff([before, after]: [Drawn, Drawn], { svg }: Options): Promise<void> {
  const diffs = diffGraphs(before.graph, after.graph)
  if (svg === undefined) return void process.stdout.write(`${drawDiffText(diffs)}\n`)
  demandOutput(svg, 'SVG', [before.file, after.file])
  const { drawDiffSvg } = await import('../../graphs/drawing/svg.js')
  writeWhole(svg, await drawDiffSvg(diffs, `from ${before.name} to ${after.name}`))
  process.stdout.write(`${svg}: what changes from ${before.file} to ${after.file}.\n`)
}

/** Of the terminal, or as COLUMNS says; a file or pipe gets whole lines. */
function columns(): number {
  return process.stdout.columns ?? (Number(process.env.COLUMNS) || Number.POSITIVE_INFINITY)
}
