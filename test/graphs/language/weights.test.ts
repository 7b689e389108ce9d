/** Several losses, frozen and shared weights: what the checked graph says of them. */
import { readFileSync } from 'node:fs'
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

test('adapt is passed on, with its defaults', async t => {
  const text = SMALL.replace('stage: encoder, from: batch', 'stage: encoder, from: batch, adapt: { layers: [block0] }')
  t.deepEqual((await nodesOf(t, text)).code!.adapt, { rank: 8, alpha: 16, layers: ['block0'] })
})

const SHARED = 'test/fixtures/shared-weights/graph.yaml'

test('a node that is taken out takes with it those that share its weights, each from its own place', async t => {
  const { graph, document, problems } = await readGraph(SHARED, { edits: [{ without: 'h2' }] })
  t.deepEqual(problems, [])
  const nodes = Object.fromEntries(graph!.nodes.map(node => [node.id, node]))
  t.false('h2' in nodes || 'h2b' in nodes)
  t.is(nodes.l1!.inputs.from!.node, 'h1')
  t.is(nodes.l2!.inputs.from!.node, 'h1b')
  t.is(nodes.h1b!.shares, 'h1')
  t.is((document!.resolved.nodes as Record<string, { from: string }>).l2!.from, 'h1b')
})

test("an encoder that is shared cannot go where nothing fits in its place; what it shares is never another one's", async t => {
  const { problems, document } = await readGraph(SHARED, { edits: [{ without: 'h1' }] })
  t.deepEqual(problems, [])
  const nodes = document!.resolved.nodes as Record<string, { from?: string; shares?: string }>
  t.deepEqual(nodes.h2, { stage: 'projection', from: 'encoder', hidden: 8, width: 64 } as object)
  t.deepEqual(nodes.h2b, { shares: 'h2', from: 'encoder2' })
  const { problems: wrong } = await readGraph(SHARED, { edits: [{ without: 'encoder' }] })
  t.true(wrong.length > 0 && wrong.every(({ code }) => code === 'wrong-port'))
})

test('a layer that is put on itself, weights and all, goes whole', async t => {
  const text = readFileSync(SHARED, 'utf8').replace('h2b: { shares: h2, from: h1b }', 'h2b: { shares: h2, from: h2 }')
  const { graph, problems } = await readGraph(`${written(t, { 'graph.yaml': text })}/graph.yaml`, {
    edits: [{ without: 'h2' }],
  })
  t.deepEqual(
    problems.map(({ message }) => message),
    ["Nothing reads 'h1b', so it would never be trained. Name it in the 'from' of another node, or remove it."],
  )
  t.is(graph, undefined)
})
