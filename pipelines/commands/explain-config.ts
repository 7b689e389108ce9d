/** `earshot config`: what a file comes to with all that it stands on, and where each value was written. */
import type { Command } from 'commander'
import { Problem, Problems } from '../../data/problem.js'
import type { Origin } from '../../graphs/language/document.js'
import { suggestion } from '../../graphs/language/nearest-name.js'
import { readGraph } from '../../graphs/language/read-graph.js'
import { renderProblem } from '../../graphs/language/render-problem.js'
import { CONFIG } from '../configuration/config.js'
import { runYaml } from '../configuration/run-yaml.js'
import { editOptions } from './edit-options.js'

const EXAMPLES = `
Examples:
  ./earshot config configs/quickstart.yaml                       one YAML document, nothing extended any more
  ./earshot config configs/quickstart.yaml --explain             a line for each value, with the place that set it
  ./earshot config configs/pool.yaml --without mixed --explain
  ./earshot config runs/quickstart/run.yaml --explain
  ./earshot config --schema > graphs/earshot.schema.json         for editors (yaml-language-server)
  ./earshot config --schema sweep > configs/sweep.schema.json
`

interface Options {
  explain?: true
  json?: true
  schema?: true | string
}

export default (program: Command): void => {
  const command = program
    .command('config')
    .description('print a graph or config with all that it stands on')
    .argument('[file]', 'a graph or config (YAML)')
    .option('--explain', 'a line for each value, with file and line of what set it')
    .option('--json', 'print for tools')
    .option(
      '--schema [kind]',
      'print a JSON Schema instead, by which editors complete and explain: of configs, or of a sweep, scenes, proxy, data-set',
    )
    .addHelpText('after', EXAMPLES)
  const edits = editOptions(command)
  command.action(async (file: string | undefined, { explain, json, schema }: Options) => {
    if (schema) return void process.stdout.write(await schemaText(schema === true ? 'config' : schema))
    if (file === undefined)
      throw new Problem('no-config', 'Name a graph or config.', { hint: './earshot config configs/quickstart.yaml' })
    const { document, problems } = await readGraph(file, { edits, ...CONFIG })
    if (!document) throw new Problems(problems)
    if (json)
      process.stdout.write(`${JSON.stringify(explain ? document.explain() : document.resolved, undefined, 2)}\n`)
    else if (explain) process.stdout.write(`${explained(document.explain())}\n`)
    else process.stdout.write(runYaml(document))
    if (problems.length === 0) return
    process.stderr.write(`${problems.map(renderProblem).join('\n\n')}\n`)
    process.exitCode = 1
  })
}

async function schemaText(kind: string): Promise<string> {
  const { jsonSchemas } = await import('../reports/json-schemas.js')
  const make = jsonSchemas[kind]
  if (make) return `${JSON.stringify(await make(), undefined, 1)}\n`
  throw new Problem('bad-option', `There is no schema of '${kind}'. ${suggestion(kind, Object.keys(jsonSchemas))}`)
}

/** `train.steps  300  configs/quickstart.yaml:13`; what nobody wrote is a default, which `earshot list` tells. */
function explained(origins: Origin[]): string {
  const rows = origins.map(({ path, value, origin }) => [path, shown(value), origin] as const)
  const width = (column: 0 | 1) => Math.min(48, Math.max(0, ...rows.map(row => row[column].length)))
  const [first, second] = [width(0), width(1)]
  return rows.map(([path, value, origin]) => `${path.padEnd(first)}  ${value.padEnd(second)}  ${origin}`).join('\n')
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
