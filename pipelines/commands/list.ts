/** `earshot list`: the stages that graphs are made of, and what each takes, gives and can be told. */
import { z } from 'zod'
import { suggestion } from '../../data/nearest-name.js'
import { Problem } from '../../data/problem.js'
import { explained, hanging, inPorts } from '../../graphs/language/describe-stage.js'
import { parametersOf } from '../../graphs/language/parameters.js'
import { type FoundStage, findStages } from '../../stages/registry.js'
import { argument } from '../configuration/options.js'
import { stageReference } from './stage-reference.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot list
  ./earshot list mix-back
  ./earshot list --json
  ./earshot list --markdown > stages/README.md
`

export default verb({
  name: 'list',
  summary: 'list the stages, or explain one',
  takes: z.strictObject({
    name: argument('[stage]', 'name of a stage'),
    json: z.boolean().optional().describe('print for tools'),
    markdown: z.boolean().optional().describe('print the reference page, stages/README.md'),
  }),
  help: EXAMPLES,
  run: async ({ name, json, markdown }) => {
    const all = await findStages()
    if (markdown) return void process.stdout.write(`${stageReference(all)}\n`)
    const chosen = name === undefined ? all : [named(name, all)]
    const text = json ? JSON.stringify(chosen.map(asData), undefined, 2) : name ? explained(chosen[0]!) : overview(all)
    process.stdout.write(`${text}\n`)
  },
})

function named(name: string, all: FoundStage[]): FoundStage {
  const found = all.find(({ stage }) => stage.name === name)
  if (found) return found
  const names = all.map(({ stage }) => stage.name)
  const message = `There is no stage '${name}'. ${suggestion(name, names, 0)}`.trimEnd()
  throw new Problem('unknown-stage', message, { hint: './earshot list shows all stages.' })
}

function overview(all: FoundStage[]): string {
  const width = Math.max(...all.map(({ stage }) => stage.name.length))
  const folders = [...new Set(all.map(({ folder }) => folder))]
  const groups = folders.map(folder => {
    const lines = all
      .filter(found => found.folder === folder)
      .flatMap(({ stage }) => hanging(`  ${stage.name.padEnd(width)}  `, stage.summary))
    return [folder, ...lines].join('\n')
  })
  return [...groups, './earshot list STAGE explains one.'].join('\n\n')
}

function asData({ stage, folder }: FoundStage) {
  const { name, summary, source, runsIn } = stage
  return { name, folder, runsIn, summary, source, in: inPorts(stage), parameters: parametersOf(stage.parameters) }
}
