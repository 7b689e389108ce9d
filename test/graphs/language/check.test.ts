import test, { type ExecutionContext } from 'ava'
import { planGraph } from '../../../graphs/language/plan.js'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { loadStages } from '../../../stages/registry.js'
import { SMALL, smallStages } from './small-stages.js'
import { written } from './written.js'

async function read(t: ExecutionContext, text: string) {
  return await readGraph(`${written(t, { 'graph.yaml': text })}/graph.yaml`, { stages: smallStages })
}

async function nodeOf(t: ExecutionContext, text: string, id: string) {
  const { graph, problems } = await read(t, text)
  t.deepEqual(problems, [])
  return graph!.nodes.find(node => node.id === id)!
}

test('a one-item stage on a pair is lifted, its port wrapped back', async t => {
  const view = await nodeOf(t, SMALL, 'view')
  t.true(view.lifted)
  t.deepEqual(view.out, { kind: 'pair', of: { kind: 'patch', rate: 8000, hop: 80, bands: 4, frames: 6 } })
  t.deepEqual(view.inputs.from!.port, view.out)
})

test('an encoder on a batch of pairs is lifted inside the batch', async t => {
  const code = await nodeOf(t, SMALL, 'code')
  t.true(code.lifted)
  t.deepEqual(code.out, { kind: 'batch', size: 8, of: { kind: 'pair', of: { kind: 'embedding', size: 16 } } })
})

test('stages that know pairs, batches and losses are not lifted', async t => {
  const { graph } = await read(t, SMALL)
  t.deepEqual(
    graph!.nodes.filter(({ lifted }) => lifted).map(({ id }) => id),
    ['view', 'code'],
  )
})

test('a lane is one side of the pair', async t => {
  const text = SMALL.replace('from: near }', 'from: near.a }')
    .replace(
      '  batch:',
      '  other: { stage: shape, from: near.b }\n  both:  { stage: join, from: [view, other] }\n  batch:',
    )
    .replace('batch, from: view', 'batch, from: both')
  const view = await nodeOf(t, text, 'view')
  t.false(view.lifted)
  t.is(view.inputs.from!.lane, 'a')
  t.is(view.inputs.from!.port.kind, 'patch')
  const both = await nodeOf(t, text, 'both')
  t.deepEqual([both.inputs.a!.node, both.inputs.b!.node], ['view', 'other'])
  t.is(both.out.kind, 'pair')
})

test('a bank is read as it is, by its own name', async t => {
  const text = SMALL.replace('shape, from: near', 'mix, from: near, backgrounds: mel')
  const view = await nodeOf(t, text, 'view')
  t.deepEqual(view.inputs.backgrounds, {
    node: 'mel',
    bank: true,
    port: { kind: 'logmel', rate: 8000, hop: 80, bands: 4 },
  })
})

test('a bank does not read what depends on a draw', async t => {
  const text = SMALL.replace('  near:', '  moved: { stage: jitter, from: mel }\n  near:').replace(
    'shape, from: near',
    'mix, from: near, backgrounds: moved',
  )
  const { problems } = await read(t, text)
  t.deepEqual(
    problems.map(({ code, message, hint }) => [code, message, hint]),
    [
      [
        'bank-after-draws',
        "'backgrounds' reads any clip from what is stored, but 'moved' draws at random: there is no one value to store.",
        "'mel' would fit.",
      ],
    ],
  )
})

test('nor what comes after a draw', async t => {
  const between = '  moved: { stage: jitter, from: mel }\n  flat: { stage: flat, from: moved }\n  near:'
  const text = SMALL.replace('  near:', between).replace('shape, from: near', 'mix, from: near, backgrounds: flat')
  const { problems } = await read(t, text)
  t.is(problems.length, 1)
  t.regex(problems[0]!.message, /but 'flat' comes after 'moved', which draws at random/)
})

test('a parameter that does not fit is shown at its value, by default at the stage', async t => {
  const { problems } = await read(t, SMALL.replace('two, from: mel', 'two, from: mel, frames: 200'))
  t.is(problems.length, 1)
  t.is(problems[0]!.place!.path, 'nodes.near.frames')
  t.is(problems[0]!.place!.column, 43)
  t.is(problems[0]!.message, 'frames: 200 frames are too many.')
})

test('draws and joint are passed on', async t => {
  const text = SMALL.replace('shape, from: near', 'shape, from: near, draws: shared').replace(
    'from: batch',
    'from: batch, joint: true',
  )
  t.is((await nodeOf(t, text, 'view')).draws, 'shared')
  t.true((await nodeOf(t, text, 'code')).joint)
})

test('nodes may be written in any order', async t => {
  const [head, ...lines] = SMALL.trimEnd().split('\n')
  const { graph, problems } = await read(t, [head, ...lines.reverse()].join('\n'))
  t.deepEqual(problems, [])
  t.deepEqual(
    graph!.nodes.map(({ id }) => id),
    ['clip', 'mel', 'near', 'view', 'batch', 'code', 'loss'],
  )
})

test('the window is three batches, and no less than one', async t => {
  const { graph } = await read(t, SMALL)
  t.deepEqual(planGraph(graph!), { window: { smallest: 8, usual: 24 } })
})

test('of very many mistakes the first hundred are told', async t => {
  const { problems } = await read(t, `${SMALL}${Array.from({ length: 5000 }, (_, at) => `key${at}: 1`).join('\n')}`)
  t.is(problems.length, 101)
  t.is(problems.at(-1)!.message, 'There are 4900 more problems.')
})

test('the shipped recipe is sound and travels as JSON', async t => {
  const { graph, problems, document } = await readGraph('graphs/contrastive-16k.yaml')
  t.deepEqual(problems, [])
  t.is(document!.name, 'contrastive-16k')
  t.is(graph!.nodes.length, 14)
  t.deepEqual(JSON.parse(JSON.stringify(graph)), graph)
})

test('a graph that arrives in another thread is built from the stages alone', async t => {
  const { graph } = await readGraph('graphs/contrastive-16k.yaml')
  const stages = await loadStages()
  for (const node of graph!.nodes) {
    const stage = stages.get(node.stage)!
    t.is(stage.runsIn, node.place)
    const needed = Object.keys(stage.in).filter(name => !stage.in[name]!.optional)
    t.deepEqual(Object.keys(node.inputs).sort(), needed.sort())
  }
})
