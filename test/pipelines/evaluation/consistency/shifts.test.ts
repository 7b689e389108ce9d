import test from 'ava'
import { inferenceGraph } from '../../../../graphs/inference/inference-graph.js'
import { readGraph } from '../../../../graphs/language/read-graph.js'
import { SHIFTS, SPARE, withWider } from '../../../../pipelines/evaluation/consistency/shifts.js'

async function inferenceOf(file: string) {
  const { graph, stages } = await readGraph(file)
  return inferenceGraph(graph!, stages)
}

test('the wider spectrogram stands beside that of training', async t => {
  const inference = await inferenceOf('graphs/contrastive-16k.yaml')
  const { features, mel, bands } = withWider(inference)
  t.deepEqual([mel, bands], ['mel', 64])
  t.deepEqual(
    features.nodes.map(({ id }) => id),
    ['clip', 'wave', 'mel', `mel+${SPARE}`, 'view.a'],
  )
  const [narrow, wide] = features.nodes.slice(2)
  t.deepEqual(narrow, inference.graph.nodes[2])
  t.deepEqual(wide!.parameters, { ...narrow!.parameters, bands: 64 + SPARE })
  t.like(wide!.out, { bands: 64 + SPARE })
})

test('along frequency patches are cut so many bands higher; the statistics stay those of training', async t => {
  const wider = withWider(await inferenceOf('graphs/contrastive-16k.yaml'))
  for (const shift of SHIFTS) {
    const { graph, cuts } = wider.shifted(shift)
    t.like(cuts[0], { node: `mel+${SPARE}`, cut: { band: shift }, port: { bands: 64 } })
    const { inputs } = graph.nodes.find(({ id }) => id === 'view.a')!
    t.deepEqual(inputs.from, cuts[0])
    t.is(inputs.statistics!.node, 'mel')
  }
})

test('a front end without bands to raise says so', async t => {
  const inference = await inferenceOf('graphs/contrastive-16k.yaml')
  const nodes = inference.graph.nodes.map(node => (node.id === 'mel' ? { ...node, parameters: { size: 64 } } : node))
  t.throws(() => withWider({ ...inference, graph: { nodes } }), { code: 'no-wider-front-end' })
})
