/** Channels, recordings and what is kept of them, as the checker sees them. */
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { describePort } from '../../../stages/ports.js'
import { stages } from '../streams/fake-graphs.js'
import { written } from './written.js'

const HEAD = `nodes:
  clip:  { stage: clips }
  sound: { stage: tone, from: clip }
  parts: { stage: split, from: sound, count: 4 }
`

async function checked(t: ExecutionContext, nodes: string) {
  const file = join(written(t, { 'graph.yaml': HEAD + nodes }), 'graph.yaml')
  const { graph, problems } = await readGraph(file, { stages })
  const ports = Object.fromEntries(graph?.nodes.map(({ id, out }) => [id, describePort(out)]) ?? [])
  return { graph, ports, problems: problems.map(({ code, message, hint }) => [code, message, hint]) }
}

test('types go through channels, lane by lane, whole, and by name', async t => {
  const { ports, problems, graph } = await checked(
    t,
    `  mels:  { stage: thinned, from: parts }
  mel:   { stage: thinned, from: parts.2 }
  level: { stage: loudness, from: parts }
  both:  { stage: choose, mixture: mel, parts: mels }
  cuts:  { stage: cut-one, from: mels, frames: 5 }
  batch: { stage: batch, from: cuts, size: 2 }
  pairs: { stage: cut-one, from: both, frames: 5 }
  two:   { stage: batch, from: pairs, size: 2 }
  three: { stage: batch, from: level, size: 2 }
  one:   { stage: hear, from: batch }
  other: { stage: hear, from: two }
  third: { stage: hear, from: three }
`,
  )
  t.deepEqual(problems, [])
  t.like(ports, {
    mels: 'channels[4]<logmel[frames x 2]@1000/10>',
    mel: 'logmel[frames x 2]@1000/10',
    level: 'levels[4]',
    both: 'pair<logmel[frames x 2]@1000/10>',
    cuts: 'channels[4]<patch[5 x 2]@1000/10>',
    batch: 'batch[2]<channels[4]<patch[5 x 2]@1000/10>>',
  })
  t.deepEqual(
    graph!.nodes.filter(({ lifted }) => lifted).map(({ id }) => id),
    ['mels', 'cuts', 'pairs'],
  )
})

test('sides and channels do not go together lane by lane', async t => {
  const { problems } = await checked(
    t,
    `  mels:  { stage: thinned, from: parts }
  both:  { stage: choose, mixture: mels.1, parts: mels }
  cuts:  { stage: cut-one, from: mels, frames: 5 }
  pairs: { stage: cut-one, from: both, frames: 5 }
  sum:   { stage: join, from: cuts, and: pairs }
  batch: { stage: batch, from: sum, size: 2 }
  one:   { stage: hear, from: batch }
`,
  )
  t.deepEqual(problems, [
    [
      'lanes-differ',
      "Lane by lane 'cuts' (lanes 1, 2, 3, 4) and 'pairs' (lanes a, b) do not go together.",
      'Name one lane, such as pairs.a.',
    ],
  ])
})

test('what is kept on disk cannot depend on a draw', async t => {
  const { problems } = await checked(
    t,
    `  mels:  { stage: thinned, from: parts }
  both:  { stage: choose, mixture: mels.1, parts: mels }
  kept:  { stage: kept-mel, from: both }
  pairs: { stage: cut-one, from: kept, frames: 5 }
  batch: { stage: batch, from: pairs, size: 2 }
  one:   { stage: hear, from: batch }
`,
  )
  t.deepEqual(problems, [
    [
      'cached-after-draws',
      "kept-mel is made once for each clip and kept, but 'both' draws at random.",
      "Put 'kept' before 'both'.",
    ],
  ])
})
