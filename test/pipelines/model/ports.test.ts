/** What reaches tensor stages of excerpts, labels, levels and channels, and what zip and concat make of branches. */
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { z } from 'zod'
import type { Tensor } from '../../../engine/engine.js'
import { optimiserSettings, scheduleSettings } from '../../../engine/optimisers/settings.js'
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { buildModel } from '../../../graphs/model/model.js'
import { batchLayouts, roomFor } from '../../../graphs/streams/layout.js'
import type { TrainerSetup } from '../../../pipelines/model/settings.js'
import { Trainer } from '../../../pipelines/model/trainer.js'
import { anyItem, batchOf, describeStage, excerpt, type Stage } from '../../../stages/contract.js'
import concat from '../../../stages/heads/concat.js'
import zip from '../../../stages/heads/zip.js'
import { engine } from '../../engine/started.js'
import { written } from '../../graphs/language/written.js'
import { stages as fakeStages } from '../../graphs/streams/fake-graphs.js'

const { tf } = engine
const none = z.strictObject({})
const seen: Record<string, unknown[]> = {}
const shapes = (value: unknown): unknown =>
  value && typeof value === 'object' && 'a' in value
    ? { a: shapes(value.a), b: shapes((value as unknown as { b: unknown }).b) }
    : (value as Tensor).shape

/** [mean, largest] of an excerpt, times a weight that begins at 1. */
const summing = describeStage({
  runsIn: 'tensor',
  role: 'encoder',
  name: 'summing',
  summary: '',
  parameters: none,
  in: { from: batchOf(excerpt) },
  out: ({ from }) => ({
    kind: 'batch',
    of: { kind: 'embedding', size: 2 },
    size: from.size,
  }),
  build: () => (_, scope) => {
    const weight = scope.weight('scale', [1], () => Float32Array.of(1))
    return ({ from }) => tf.stack([tf.mean(from, 1), tf.max(from, 1)], 1).mul(weight.read())
  },
})

/** Notes what comes, and sums it. */
const noting = describeStage({
  runsIn: 'tensor',
  role: 'loss',
  name: 'noting',
  summary: '',
  parameters: z.strictObject({ as: z.string() }),
  in: { from: batchOf(anyItem) },
  out: () => ({ kind: 'loss', chance: 1 }),
  build:
    ({ as }) =>
    () =>
    ({ from }) => {
      const value = from as Tensor | { a: Tensor; b: Tensor }
      const parts = 'a' in value ? [value.a, value.b] : [value]
      seen[as] = [shapes(value), parts.map(part => Array.from(part.dataSync<'float32'>()))]
      return tf.addN(parts.map(part => tf.sum(part)))
    },
})

const TEXT = `nodes:
  clip:   { stage: clips }
  sound:  { stage: tone, from: clip }
  parts:  { stage: split, from: sound, count: 3 }
  pieces: { stage: crop, from: parts, length: 4 ms }
  three:  { stage: batch, from: pieces, size: 2 }
  level:  { stage: loudness, from: parts }
  levels: { stage: batch, from: level, size: 2 }
  word:   { stage: word, from: clip }
  words:  { stage: batch, from: word, size: 2 }
  both:   { stage: pair, from: [pieces.1, pieces.2] }
  two:    { stage: batch, from: both, size: 2 }
  each:   { stage: summing, from: three, JOINT }
  again:  { shares: each, from: two }
  joined: { stage: zip, from: [each.3, again.a] }
  side:   { stage: concat, from: [each.1, each.3, again.b] }
  ends:   { stage: concat, from: [again, each.2] }
  n1: { stage: noting, from: three, as: channels }
  n2: { stage: noting, from: levels, as: levels }
  n3: { stage: noting, from: words, as: words }
  n4: { stage: noting, from: two, as: pair }
  n5: { stage: noting, from: each, as: each }
  n6: { stage: noting, from: joined, as: zip }
  n7: { stage: noting, from: side, as: concat }
  n8: { stage: noting, from: ends, as: lifted }
`

const stages: ReadonlyMap<string, Stage> = new Map([
  ...fakeStages,
  ...[summing, noting, zip, concat].map(stage => [stage.name, stage] as const),
])

async function graphOf(t: ExecutionContext, joint: boolean): Promise<CheckedGraph> {
  const text = TEXT.replace('JOINT', `joint: ${joint}`)
  const { graph, problems } = await readGraph(join(written(t, { 'graph.yaml': text }), 'graph.yaml'), { stages })
  t.deepEqual(problems, [])
  return graph!
}

function step(graph: CheckedGraph) {
  const layouts = batchLayouts(graph)
  const values = roomFor(layouts, 2)
  for (const lanes of Object.values(values))
    for (const numbers of Object.values(lanes)) for (let i = 0; i < numbers.length; i++) numbers[i] = i
  const optimiser = optimiserSettings.parse({ kind: 'sgd' })
  const schedule = scheduleSettings.parse({ kind: 'constant', 'learning-rate': 0.1 })
  const train = { steps: 1, optimiser, schedule }
  const setup = { graph, seed: 0, threads: 2, precision: 'float32', train } as unknown as TrainerSetup
  const model = buildModel(engine, graph, stages, 0)
  return new Trainer(engine, model, setup).step(values, { step: 1, logged: false })
}

for (const joint of [false, true])
  test.serial(`tensors have the shapes of their ports, joint: ${joint}`, async t => {
    const report = step(await graphOf(t, joint))
    t.deepEqual(seen.channels![0], [2, 3, 4])
    t.deepEqual(seen.levels![0], [2, 3])
    t.deepEqual(seen.words![0], [2, 3])
    t.deepEqual(seen.pair![0], { a: [2, 4], b: [2, 4] })
    t.deepEqual(seen.each, [[2, 3, 2], [[1.5, 3, 5.5, 7, 9.5, 11, 13.5, 15, 17.5, 19, 21.5, 23]]])
    t.deepEqual(seen.zip, [
      { a: [2, 2], b: [2, 2] },
      [
        [9.5, 11, 21.5, 23],
        [1.5, 3, 5.5, 7],
      ],
    ])
    t.deepEqual(seen.concat, [[2, 6], [[1.5, 3, 9.5, 11, 1.5, 3, 13.5, 15, 21.5, 23, 5.5, 7]]])
    const side = [1.5, 3, 5.5, 7, 5.5, 7, 17.5, 19]
    t.deepEqual(seen.lifted, [{ a: [2, 4], b: [2, 4] }, [side, side]])
    t.true(Number.isFinite(report.loss))
  })
