/** Several losses, frozen and shared weights: what the checked graph says of them. */
import test, { type ExecutionContext } from 'ava'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { SMALL, smallStages } from './small-stages.js'
import { written } from './written.js'

const TWO = `${SMALL}  near2:  { stage: two, from: mel }
  batch2: { stage: batch, from: near2 }
  code2:  { shares: code, from: batch2 }
  loss2:  { stage: loss, from: code2, weight: 0.25 }
`

async function nodesOf(t: ExecutionContext, text: string, edits: { without: string }[] = []) {
  const file = `${written(t, { 'graph.yaml': text })}/graph.yaml`
  const { graph, problems } = await readGraph(file, { stages: smallStages, edits })
  t.deepEqual(problems, [])
  return Object.fromEntries(graph!.nodes.map(node => [node.id, node]))
}

test('four draws of one clip: two pairs, two batches, one encoder, two losses', async t => {
  const nodes = await nodesOf(t, TWO)
  t.is(nodes.code2!.shares, 'code')
  t.is(nodes.code2!.stage, 'encoder')
  t.true(nodes.code2!.lifted)
  t.is(nodes.loss2!.weight, 0.25)
  t.is(nodes.near2!.inputs.from!.node, 'mel')
})

test('a graph that says nothing of weights looks as it always did', async t => {
  for (const node of Object.values(await nodesOf(t, SMALL)))
    for (const key of ['weight', 'frozen', 'shares', 'code']) t.false(key in node)
})

test('one loss alone: what only the other needed goes, and shared weights pass on', async t => {
  const second = await nodesOf(t, TWO, [{ without: 'loss' }])
  t.deepEqual(Object.keys(second), ['clip', 'mel', 'near2', 'batch2', 'code2', 'loss2'])
  t.false('shares' in second.code2!)
  const first = await nodesOf(t, TWO, [{ without: 'loss2' }])
  t.deepEqual(first, await nodesOf(t, SMALL))
})

test('frozen is passed on', async t => {
  const text = SMALL.replace(
    'loss:  { stage: loss, from: code }',
    'loss:  { stage: loss, from: code }\n  still: { stage: encoder, from: batch, frozen: true }\n  other: { stage: loss, from: still }',
  )
  t.true((await nodesOf(t, text)).still!.frozen)
})

test('frozen layers are passed on, and are not all there is; anything else is refused', async t => {
  const text = (frozen: string) =>
    SMALL.replace('stage: encoder, from: batch', `stage: encoder, from: batch, frozen: ${frozen}`)
  t.deepEqual((await nodesOf(t, text('[block0, block1]'))).code!.frozen, ['block0', 'block1'])
  for (const wrong of ['block0', '[]', '[0]']) {
    const file = `${written(t, { 'graph.yaml': text(wrong) })}/graph.yaml`
    const { problems } = await readGraph(file, { stages: smallStages })
    t.regex(problems[0]!.message, /true, false or a list of layers/)
  }
})
