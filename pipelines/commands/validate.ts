/** `earshot validate`: says all that is wrong with graphs and configs, before any sound is opened. */

import { existsSync } from 'node:fs'
import { z } from 'zod'
import { locateIfThere } from '../../engine/checkpoints/find.js'
import { reasonAgainst } from '../../graphs/inference/inference-graph.js'
import type { CheckedGraph } from '../../graphs/language/checked.js'
import { planGraph } from '../../graphs/language/plan.js'
import { type Edit, type ReadGraph, readGraph } from '../../graphs/language/read-graph.js'
import { renderProblem } from '../../graphs/language/render-problem.js'
import type { Stage } from '../../stages/contract.js'
import { innermost } from '../../stages/ports.js'
import { CONFIG } from '../configuration/config.js'
import { argument } from '../configuration/options.js'
import { runYaml } from '../configuration/run-yaml.js'
import { type sections, startOf } from '../configuration/sections.js'
import { and } from '../terminal/numbers.js'
import { command, fromHere } from '../terminal/say.js'
import { asTyped } from './edit-options.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot validate configs/quickstart.yaml
  ./earshot validate graphs/*.yaml --json
  ./earshot validate configs/quickstart.yaml --set nodes.batch.size=64 --print
  ./earshot validate graphs/contrastive-16k.yaml --without mixed --swap 'encoder=resnet18'
`

export default verb({
  name: 'validate',
  summary: 'check graphs and configs without opening any audio',
  takes: z.strictObject({
    files: argument('<file...>', 'graphs or configs (YAML)'),
    json: z.boolean().optional().describe('print the result for tools'),
    print: z.boolean().optional().describe('print the resolved document, each value with the place that set it'),
  }),
  edits: true,
  help: EXAMPLES,
  run: async ({ files, edits, json, print }) => {
    const results: [string, ReadGraph<typeof sections>][] = []
    for (const file of files) results.push([file, await readGraph(file, { edits, ...CONFIG })])
    const text = json ? asJson(results) : results.map(([file, result]) => words(file, result, edits, print)).join('\n')
    process.stdout.write(`${text}\n`)
    if (results.some(([, { problems }]) => problems.length > 0)) process.exitCode = 1
  },
})

function words(
  file: string,
  { graph, document, problems, stages }: ReadGraph<typeof sections>,
  edits: readonly Edit[],
  print = false,
): string {
  const printed = print && document ? [runYaml(document).trimEnd(), ''] : []
  if (problems.length > 0 || !graph || !document) {
    const count = `${file}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}.`
    return [...printed, ...problems.flatMap(problem => [renderProblem(problem), '']), count].join('\n')
  }
  return [
    ...printed,
    `${file} is sound: ${summary({ graph, document })}.`,
    ...remarks(graph, stages),
    ...missingSounds(document.sections.data?.set),
    ...missingStarts({ graph, document }),
    `Next: ${next(file, edits, document.sections, embedsAlone(graph, stages))}`,
  ].join('\n')
}

/** What is no mistake, and yet better known before hours of training. */
function remarks(graph: CheckedGraph, stages: ReadonlyMap<string, Stage>): string[] {
  const against = reasonAgainst(graph, stages)
  return against ? [`It trains, and gives no embeddings. ${against.message}`] : []
}

/** A config may be checked where its sounds are not; whoever trains has them. */
function missingSounds(set: string | undefined): string[] {
  return set === undefined || existsSync(set) ? [] : [`Its sounds are not here: there is no ${set}.`]
}

/** Nor need the runs and files be there that it begins with. */
function missingStarts({ graph, document }: Sound): string[] {
  const missing = graph.nodes.flatMap(({ id, parameters, content = {}, weights }) => [
    ...(weights?.hash === '' ? [{ where: `nodes.${id}.weights`, name: weights.run }] : []),
    ...Object.entries(content).flatMap(([parameter, hashes]) =>
      [parameters[parameter]]
        .flat()
        .flatMap((name, at) => (hashes[at] === '' ? [{ where: `nodes.${id}.${parameter}`, name: String(name) }] : [])),
    ),
  ])
  const from = startOf(document.sections.train?.from)
  if (from && !locateIfThere(from.run)) missing.push({ where: 'train.from', name: from.run })
  return missing.map(({ where, name }) => `It begins with what is not here: there is no ${fromHere(name)} (${where}).`)
}

type Sound = Required<Pick<ReadGraph<typeof sections>, 'graph' | 'document'>>

/** `14 nodes; similarity (nt-xent) trains encoder and projection on batches of 128 clips; window 384 clips`. */
function summary({ graph, document }: Sound): string {
  const trained = graph.nodes
    .filter(
      ({ place, out }) =>
        place === 'tensor' && !['patch', 'label', 'codes', 'indices', 'loss'].includes(innermost(out).kind),
    )
    .filter(({ frozen, shares, follows }) => frozen !== true && !shares && !follows)
    .map(({ id }) => id)
  const losses = graph.nodes
    .filter(({ out }) => out.kind === 'loss')
    .map(({ id, stage, weight, changes }) => {
      const counts = changes?.weight
        ? `${changes.weight.values.join(', then ')} x `
        : weight === undefined
          ? ''
          : `${weight} x `
      return `${counts}${id} (${stage})`
    })
  const { smallest, usual } = planGraph(graph).window
  const window = document.sections.streams?.window ?? usual
  const trains = `${and(losses)} ${losses.length === 1 ? 'trains' : 'train'} ${and(trained)} on batches of ${smallest} clips`
  return [`${graph.nodes.length} nodes`, ...(losses.length > 0 ? [trains] : []), `window ${window} clips`].join('; ')
}

/** Whether its encoder is there already. */
function embedsAlone({ nodes }: CheckedGraph, stages: ReadonlyMap<string, Stage>): boolean {
  const found = nodes.map(({ stage }) => stages.get(stage))
  return found.some(stage => stage?.runsIn === 'tensor' && stage.embedsAlone)
}

function next(
  file: string,
  edits: readonly Edit[],
  { data, train }: Sound['document']['sections'],
  embeds: boolean,
): string {
  const typed = asTyped(edits)
  if (embeds) return command`./earshot embed ${file} SOUNDS -o OUTPUT.arrow`
  if (data && train) return command`./earshot train ${file}` + typed
  return `${command`./earshot graph ${file}`}${typed}  (to train it, extend it in a config with data and train, as configs/quickstart.yaml does)`
}

function asJson(results: [string, ReadGraph<typeof sections>][]): string {
  const files = results.map(([file, { graph, problems, stages }]) => ({
    file,
    sound: problems.length === 0,
    problems: problems.map(({ code, message, hint, place }) => ({ code, message, hint, place })),
    ...(graph && problems.length === 0
      ? { nodes: graph.nodes, plan: planGraph(graph), remarks: remarks(graph, stages) }
      : {}),
  }))
  return JSON.stringify(files, undefined, 2)
}
