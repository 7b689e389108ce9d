/** `earshot config`: what a file comes to with all that it stands on, and where each value was written. */
import { z } from 'zod'
import { suggestion } from '../../data/nearest-name.js'
import { Problem, Problems } from '../../data/problem.js'
import type { Origin } from '../../graphs/language/document.js'
import { documentSchema, fileSchema } from '../../graphs/language/json-schema.js'
import { readGraph } from '../../graphs/language/read-graph.js'
import { renderProblem } from '../../graphs/language/render-problem.js'
import { loadStages } from '../../stages/registry.js'
import { CONFIG } from '../configuration/config.js'
import { argument, option } from '../configuration/options.js'
import { runYaml } from '../configuration/run-yaml.js'
import { sections } from '../configuration/sections.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot config configs/quickstart.yaml                       one YAML document, nothing extended any more
  ./earshot config configs/quickstart.yaml --explain             a line for each value, with the place that set it
  ./earshot config configs/pool.yaml --without mixed --explain
  ./earshot config runs/quickstart/run.yaml --explain
  ./earshot config --schema > graphs/earshot.schema.json         for editors (yaml-language-server)
  ./earshot config --schema sweep > configs/sweep.schema.json
`

export default verb({
  name: 'config',
  summary: 'print a graph or config with all that it stands on',
  takes: z.strictObject({
    file: argument('[file]', 'a graph or config (YAML)'),
    explain: z.boolean().optional().describe('a line for each value, with file and line of what set it'),
    json: z.boolean().optional().describe('print for tools'),
    schema: option(
      '[kind]',
      'print a JSON Schema instead, by which editors complete and explain: of configs, or of a sweep, scenes, proxy, data-set',
      z.union([z.literal(true), z.string()]).optional(),
    ),
  }),
  edits: true,
  help: EXAMPLES,
  run: async ({ file, edits, explain, json, schema }) => {
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
  },
})

async function schemaText(kind: string): Promise<string> {
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

/** By kind; each is made when it is asked for, as its settings are loaded then. */
export const jsonSchemas: Readonly<Record<string, () => Promise<Record<string, unknown>>>> = {
  config: async () => documentSchema((await loadStages()).values(), sections),
  sweep: async () => fileSchema((await import('../sweeps/sweep-schema.js')).sweepSchema, 'A sweep of Earshot'),
  scenes: async () =>
    fileSchema((await import('../separation/scenes/settings.js')).scenesSchema, 'Scenes that Earshot composes'),
  proxy: async () =>
    fileSchema((await import('../datasets/proxy/settings.js')).proxySchema, 'A study of validation splits'),
  'data-set': async () =>
    fileSchema((await import('../../data/manifests/data-set.js')).dataSetSchema, 'A data set of Earshot'),
}
