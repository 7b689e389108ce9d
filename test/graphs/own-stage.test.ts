/** A stage from outside, in a file of its own: the worked example of graphs/own-stage, checked, trained and embedded. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readGraph } from '../../graphs/language/read-graph.js'
import { sections } from '../../pipelines/configuration/sections.js'
import { loadStages, stageFromFile } from '../../stages/registry.js'
import { earshot } from '../earshot.js'
import { smallConfig } from '../small-config.js'
import { runItem } from '../stages/views/support.js'

const FILE = join(process.cwd(), 'graphs/own-stage/backwards.js')
const GRAPH = 'graphs/own-stage/contrastive.yaml'

test('the graph is checked with its own stage, and carries its file and hash', async t => {
  const { graph, problems } = await readGraph(GRAPH, { sections })
  t.deepEqual(problems, [])
  t.deepEqual(graph!.stageFiles, [FILE])
  const turned = graph!.nodes.find(({ id }) => id === 'turned')!
  t.true(turned.lifted)
  t.regex(turned.code!, /^[0-9a-f]{16}$/)
  t.true((await loadStages(graph!.stageFiles)).has('backwards'))
})

test('its parameters are checked like any other', async t => {
  const set = ['nodes.turned.probabilty=0.2', 'nodes.turned.probability=2']
  const { problems } = await readGraph(GRAPH, { set, sections })
  t.deepEqual(
    problems.map(({ message }) => message),
    [
      "backwards has no parameter 'probabilty'. Did you mean 'probability' (default 0.5)?",
      'probability must be at most 1, not 2.',
    ],
  )
})

test('its work turns the frames round', async t => {
  const port = { kind: 'patch', rate: 8000, hop: 80, bands: 2, frames: 3 } as const
  const from = Float32Array.of(1, 2, 3, 4, 5, 6)
  const turned = runItem(await stageFromFile(FILE), { probability: 1 }, { from: port }, { from })
  t.deepEqual(turned, Float32Array.of(5, 6, 3, 4, 1, 2))
})

test('it is trained with, and embeds, from a folder that knows nothing of Earshot', async t => {
  const { folder, config, cache, sounds } = smallConfig('own stage', { steps: 2, every: 2 })
  copyFileSync(FILE, join(folder, 'reversal.js'))
  const file = join(folder, 'own.yaml')
  writeFileSync(
    file,
    `extends: ${JSON.stringify(config)}
stages: [reversal.js]
nodes:
  turned: { stage: backwards, from: squeezed, probability: 1 }
  masked: { from: turned }
`,
  )
  const run = join(folder, 'run')
  const { code, error } = await earshot(['train', file, '--run', run], cache)
  t.is(code, 0, error)
  t.regex(readFileSync(join(run, 'run.yaml'), 'utf8'), /stages:\n {2}- .*reversal\.js/)
  const plain = join(folder, 'plain')
  t.is((await earshot(['train', file, '--run', plain, '--without', 'turned'], cache)).code, 0)
  const metrics = (path: string) => readFileSync(join(path, 'metrics.jsonl'), 'utf8')
  t.not(metrics(run), metrics(plain))
  const arrow = join(folder, 'out.arrow')
  const embedded = await earshot(['embed', run, sounds, '-o', arrow], cache)
  t.is(embedded.code, 0, embedded.error)
  t.true(existsSync(arrow))
})

test('of a file that does not load one thing is told: not that its stages are not there as well', async t => {
  const { folder, config } = smallConfig('own stage that does not load', { steps: 1, every: 1 })
  writeFileSync(join(folder, 'broken.js'), 'export default {')
  const file = join(folder, 'broken.yaml')
  writeFileSync(
    file,
    `extends: ${JSON.stringify(config)}\nstages: [broken.js]\nnodes:\n  turned: { stage: backwards, from: squeezed }\n  masked: { from: turned }\n`,
  )
  const { problems } = await readGraph(file, { sections })
  t.deepEqual(
    problems.map(({ code }) => code),
    ['bad-stage-file'],
  )
})
