/** `--without` and `--swap`: rewired, in the order given, put down in the provenance. */
import test, { type ExecutionContext } from 'ava'
import { type Edit, readGraph } from '../../../graphs/language/read-graph.js'
import { loadStages } from '../../../stages/registry.js'
import { written } from './written.js'

const RECIPE = 'graphs/contrastive-16k.yaml'
const stages = loadStages()

async function edited(t: ExecutionContext, ...edits: Edit[]) {
  const { graph, document, problems } = await readGraph(RECIPE, { edits, stages: await stages })
  t.deepEqual(problems, [])
  const nodes = Object.fromEntries(graph!.nodes.map(node => [node.id, node]))
  return { nodes, document: document!, graph: graph! }
}

test('who read a removed node reads what it read', async t => {
  const { nodes } = await edited(t, { without: 'mixed' })
  t.is(nodes.mixed, undefined)
  t.is(nodes.cropped!.inputs.from!.node, 'near')
})

test('the name of a stage does for a node, if it is the only one', async t => {
  const { nodes } = await edited(t, { without: 'mix-back' })
  t.is(nodes.mixed, undefined)
})

test('every augmentation can go, one by one and all together', async t => {
  const views = ['mixed', 'cropped', 'squeezed', 'masked', 'noisy', 'view']
  for (const without of views) await edited(t, { without })
  const { nodes } = await edited(t, ...views.map(without => ({ without })))
  t.is(nodes.batch!.inputs.from!.node, 'near')
})

test('what was made for a removed node alone goes with it', async t => {
  const file = `${written(t, {
    'graph.yaml': `extends: ${process.cwd()}/${RECIPE}
nodes:
  quiet: { stage: log-mel, from: wave, bands: 64 }
  mixed: { backgrounds: quiet }
  head: { stage: projection, from: encoder, width: 8 }
  other: { stage: nt-xent, from: head }
`,
  })}/graph.yaml`
  const ids = async (without: string) =>
    (await readGraph(file, { edits: [{ without }] })).graph!.nodes.map(({ id }) => id)
  t.false((await ids('mixed')).includes('quiet'))
  const left = await ids('other')
  t.false(left.includes('head'))
  t.true(left.includes('encoder'))
})

test('a swapped node keeps its id, its wiring, and the parameters that the new stage takes', async t => {
  const { nodes } = await edited(t, { swap: 'encoder=resnet18' })
  t.is(nodes.encoder!.stage, 'resnet18')
  t.is(nodes.encoder!.inputs.from!.node, 'batch')
  t.is(nodes.projection!.inputs.from!.port.kind, 'batch')
  const { nodes: kept } = await edited(t, { swap: 'projection=projection{hidden: 64}' })
  t.deepEqual(kept.projection!.parameters, { hidden: 64, width: 128 })
})

test('ports that the new stage does not have are dropped; new ones stand in the braces', async t => {
  const { nodes } = await edited(t, { swap: 'mixed=gaussian-noise' })
  t.deepEqual(Object.keys(nodes.mixed!.inputs), ['from'])
  const { nodes: filled } = await edited(t, { swap: 'noisy=mix-back{backgrounds: mel, ratio: [0, 0.01]}' })
  t.is(filled.noisy!.inputs.backgrounds!.node, 'mel')
  t.is(filled.noisy!.inputs.from!.node, 'masked')
})

test('a colon without a blank behind it is told as such', async t => {
  const edits = [{ swap: 'near=temporal-proximity{mode:disjoint}' }]
  const { problems } = await readGraph(RECIPE, { edits, stages: await stages })
  t.is(
    problems[0]!.message,
    "temporal-proximity has no parameter 'mode:disjoint'. A blank is missing behind the colon: mode: disjoint.",
  )
})

test('edits are done in the order given', async t => {
  const { nodes } = await edited(
    t,
    { swap: 'masked=companding' },
    { set: 'nodes.masked.factor=[0.5, 0.6]' },
    { without: 'squeezed' },
    { set: 'nodes.batch.size=16' },
  )
  t.deepEqual(nodes.masked!.parameters, { factor: [0.5, 0.6] })
  t.is(nodes.masked!.inputs.from!.node, 'cropped')
  t.deepEqual(nodes.batch!.parameters, { size: 16 })
})

test('what an edit wrote is put down to it', async t => {
  const { document } = await edited(t, { without: 'mixed' }, { swap: 'masked=companding{factor: [0.5, 0.6]}' })
  const origins = Object.fromEntries(document.explain().map(({ path, origin }) => [path, origin]))
  t.is(origins['nodes.cropped.from'], '--without mixed')
  t.is(origins['nodes.masked.stage'], '--swap masked=companding{factor: [0.5, 0.6]}')
  t.regex(origins['nodes.masked.from']!, /contrastive-16k\.yaml:\d+$/)
  t.deepEqual(document.edits, ['--without mixed', '--swap masked=companding{factor: [0.5, 0.6]}'])
})

test('a whole sub-graph can be removed, and a node inside it', async t => {
  const folder = written(t, {
    'two.yaml': `inputs: [pairs, mel]
nodes:
  mixed: { stage: mix-back, from: pairs, backgrounds: mel }
  noisy: { stage: gaussian-noise, from: mixed }
`,
    'graph.yaml': `extends: ${process.cwd()}/${RECIPE}
nodes:
  more: { use: two.yaml, from: [noisy, mel] }
  view: { from: more }
`,
  })
  const read = (without: string) => readGraph(`${folder}/graph.yaml`, { edits: [{ without }] })
  const { graph: whole, problems } = await read('more')
  t.deepEqual(problems, [])
  t.is(whole!.nodes.find(({ id }) => id === 'view')!.inputs.from!.node, 'noisy')
  const { graph: part } = await read('more/mixed')
  t.is(part!.nodes.find(({ id }) => id === 'more/noisy')!.inputs.from!.node, 'noisy')
})
