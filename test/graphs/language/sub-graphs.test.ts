import test, { type ExecutionContext } from 'ava'
import { z } from 'zod'
import type { ReadOptions } from '../../../graphs/language/document.js'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { SMALL, smallStages } from './small-stages.js'
import { written } from './written.js'

const VIEWS = `inputs: [sound]
nodes:
  near: { stage: two, from: sound, frames: 5 }
  mixed: { stage: mix, from: near, backgrounds: sound }
  view: { stage: shape, from: mixed }
`
const GRAPH = `nodes:
  clip:  { stage: source }
  mel:   { stage: mel, from: clip }
  views: { use: views.yaml, from: mel }
  batch: { stage: batch, from: views }
  code:  { stage: encoder, from: batch }
  loss:  { stage: loss, from: code }
`

async function read(t: ExecutionContext, files: Record<string, string>, options: ReadOptions = {}) {
  const folder = written(t, { 'views.yaml': VIEWS, 'graph.yaml': GRAPH, ...files })
  const { graph, document, problems } = await readGraph(`${folder}/graph.yaml`, {
    sections: { evaluate: z.unknown() },
    ...options,
    stages: smallStages,
  })
  const nodes = Object.fromEntries((graph?.nodes ?? []).map(node => [node.id, node]))
  return { nodes, problems, document, folder }
}

test('a sub-graph stands there node by node, its id before theirs', async t => {
  const { nodes, problems } = await read(t, {})
  t.deepEqual(problems, [])
  t.deepEqual(Object.keys(nodes), ['clip', 'mel', 'views/near', 'views/mixed', 'views/view', 'batch', 'code', 'loss'])
  t.is(nodes['views/near']!.inputs.from!.node, 'mel')
  t.is(nodes['views/mixed']!.inputs.backgrounds!.node, 'mel')
  t.is(nodes.batch!.inputs.from!.node, 'views/view')
})

test('inner nodes are read by name, lanes too; output names what its own id stands for', async t => {
  const graph = GRAPH.replace('from: views }', 'from: both }\n  both: { stage: join, from: [views.mixed.a, views.b] }')
  const { nodes, problems } = await read(t, {
    'graph.yaml': graph,
    'views.yaml': VIEWS.replace('nodes:', 'output: view\nnodes:'),
  })
  t.deepEqual(problems, [])
  t.like(nodes.both!.inputs, { a: { node: 'views/mixed', lane: 'a' }, b: { node: 'views/view', lane: 'b' } })
})

test('what the using node says besides lies over the nodes of the file; null removes', async t => {
  const graph = GRAPH.replace('from: mel }', 'from: mel, near: { frames: 7 }, mixed: null, view: { from: near } }')
  const { nodes, problems } = await read(t, { 'graph.yaml': graph })
  t.deepEqual(problems, [])
  t.deepEqual(nodes['views/near']!.parameters, { frames: 7 })
  t.is(nodes['views/mixed'], undefined)
})

test('a file can be used twice, and files can use files', async t => {
  const { nodes, problems } = await read(t, {
    'graph.yaml': GRAPH.replace('use: views', 'use: outer').replace(
      '  batch:',
      '  again: { use: views.yaml, from: mel }\n  other: { stage: batch, from: again }\n  code2: { shares: code, from: other }\n  loss2: { stage: loss, from: code2 }\n  batch:',
    ),
    'outer.yaml':
      'inputs: [mel]\nnodes:\n  inner: { use: views.yaml, from: mel }\n  last: { stage: shape, from: inner.view }\n',
  })
  t.deepEqual(problems, [])
  t.is(nodes['views/inner/near']!.inputs.from!.node, 'mel')
  t.is(nodes['views/last']!.inputs.from!.node, 'views/inner/view')
  t.is(nodes.batch!.inputs.from!.node, 'views/last')
  t.truthy(nodes['again/near'])
})

test('a reference in a sub-graph is to its own file, one in an override to the using file', async t => {
  const { nodes, problems } = await read(t, {
    'graph.yaml': `evaluate: { n: 9 }\n${GRAPH.replace('from: mel }', `from: mel, near: { frames: "$\{evaluate.n}" } }`)}`,
    'views.yaml': `inputs: [sound]
nodes:
  near: { stage: two, from: sound, frames: 5 }
  far:  { stage: two, from: sound, frames: "$\{nodes.near.frames}" }
  view: { stage: join, from: [near.a, far.b] }
`,
  })
  t.deepEqual(problems, [])
  t.is(nodes['views/near']!.parameters.frames, 9)
  t.is(nodes['views/far']!.parameters.frames, 9)
})

test('--set reaches into a sub-graph', async t => {
  const { nodes, problems } = await read(t, {}, { set: ['nodes.views.near.frames=8'] })
  t.deepEqual(problems, [])
  t.is(nodes['views/near']!.parameters.frames, 8)
})

test('the resolved document is a graph again', async t => {
  const { document, nodes } = await read(t, {})
  const again = await read(t, { 'graph.yaml': JSON.stringify(document!.resolved) })
  t.deepEqual(again.problems, [])
  t.deepEqual(again.nodes, nodes)
})

test('a graph without sub-graphs is left as it is', async t => {
  const { nodes, problems } = await read(t, { 'graph.yaml': SMALL })
  t.deepEqual(problems, [])
  t.is(Object.keys(nodes).length, 7)
})
