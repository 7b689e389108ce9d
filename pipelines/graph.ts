/** `earshot graph`: draws a graph with the types of everything that flows in it. */
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { Problem, Problems } from '../data/problem.js'
import { drawText } from '../graphs/language/draw-text.js'
import { readGraph } from '../graphs/language/read-graph.js'

const EXAMPLES = `
Examples:
  ./earshot graph graphs/contrastive-16k.yaml
  ./earshot graph configs/quickstart.yaml --svg quickstart.svg
`

interface Options {
  svg?: string
  set: string[]
}

export default (program: Command): void => {
  program
    .command('graph')
    .description('draw a graph as text, or as SVG into a file')
    .argument('<file>', 'a graph or config (YAML)')
    .option('--svg <file>', 'write a picture instead')
    .option('--set <path=value>', 'change a value first, as in nodes.mel.bands=128; may be repeated', collect, [])
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, { svg, set }: Options) => {
      const { graph, document, problems } = await readGraph(file, { set })
      if (!graph || !document || problems.length > 0) throw new Problems(problems)
      if (svg === undefined) {
        const lifted = graph.nodes.some(node => node.lifted) ? '\n\n* once for each lane of the pair' : ''
        process.stdout.write(`${drawText(graph)}${lifted}\n`)
      } else {
        const { drawSvg } = await import('../graphs/language/draw-svg.js')
        await write(svg, await drawSvg(graph, document.name))
        process.stdout.write(`${svg}: ${graph.nodes.length} nodes of ${file}.\n`)
      }
    })
}

const collect = (value: string, before: string[]) => [...before, value]

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch(error => {
    throw new Problem('unwritable-file', `${file} cannot be written: ${error.message}.`, { cause: error })
  })
}
