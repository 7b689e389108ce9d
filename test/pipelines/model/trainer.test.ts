/** Steps of graphs of other shapes than views of clips: a separator alone, a classifier, channels lane by lane. */
import { join } from 'node:path'
import test from 'ava'
import { z } from 'zod'
import { Problem } from '../../../data/problem.js'
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import { buildModel } from '../../../graphs/model/model.js'
import { sections } from '../../../pipelines/configuration/sections.js'
import { Trainer } from '../../../pipelines/model/trainer.js'
import { batchOf, describeStage, embedding, patch as patchOf, type Stage } from '../../../stages/contract.js'
import type { Port } from '../../../stages/ports.js'
import { loadStages } from '../../../stages/registry.js'
import { scratchFolder } from '../../earshot.js'
import { normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine } from '../../engine/started.js'
import { batchNode, tensorNode } from '../../graphs/model/graph-nodes.js'

const stages = await loadStages()
const SIZE = 6
const patch: Port = { kind: 'patch', rate: 16000, hop: 160, frames: 8, bands: 8 }

/** mean(x) times the root of |w - 1|: w begins at 1, so that the loss is 0 and its gradient no number. */
const rooted = describeStage({
  runsIn: 'tensor',
  role: 'loss',
  name: 'rooted',
  summary: '',
  parameters: z.strictObject({ start: z.number().default(1) }),
  in: { from: batchOf(patchOf) },
  out: () => ({ kind: 'loss', chance: 1 }),
  build:
    ({ start }) =>
    ({ tf }, scope) => {
      const weight = scope.weight('w', [1], () => Float32Array.of(start))
      return ({ from }) => tf.mean(tf.mul(tf.mean(from), tf.sqrt(tf.abs(tf.sub(weight.read(), 1)))))
    },
})
/** The logarithm of numbers of which some are negative. */
const overflowing = describeStage({
  runsIn: 'tensor',
  role: 'head',
  name: 'overflowing',
  summary: '',
  parameters: z.strictObject({}),
  in: { from: batchOf(embedding) },
  out: ({ from }) => from,
  build:
    () =>
    ({ tf }) =>
    ({ from }) =>
      tf.log(tf.sub(from, 1e3)),
})
const all = new Map<string, Stage>([...stages, ['rooted', rooted], ['overflowing', overflowing]])

function rootedGraph(start: number): CheckedGraph {
  const batch = batchNode('batch', SIZE, patch)
  return { nodes: [batch, tensorNode(all, 'loss', 'rooted', { from: batch }, { start })] }
}

const stateOf = (trainer: Trainer) =>
  (trainer as unknown as { model: ReturnType<typeof buildModel> }).model.weights.state()
const weightOf = (trainer: Trainer) => stateOf(trainer).get('loss.w')!.data[0]!
const excerpt: Port = { kind: 'excerpt', rate: 8000, samples: 400 }

function trainerOf(graph: CheckedGraph, chunk?: number, optimiser: object = { kind: 'sgd' }, more = {}): Trainer {
  const train = sections.train.parse({
    ...more,
    steps: 10,
    optimiser,
    schedule: { kind: 'constant', 'learning-rate': 1e-3 },
    ...(chunk && { chunk }),
  })!
  const setup = { graph, seed: 1, threads: 2, precision: 'float32' as const, train }
  return new Trainer(engine, buildModel(engine, graph, all, 1), setup)
}

const numbers = (key: string, ...shape: number[]) => normal([SIZE, ...shape], key).data
const step = (trainer: Trainer, values: Parameters<Trainer['step']>[0], at: number) =>
  trainer.step(values, { step: at, logged: true })

test('a separator alone trains: no embedding, no collapse; in chunks as at once', t => {
  const batch = batchNode('batch', SIZE, { kind: 'pair', of: excerpt })
  const mixture = tensorNode(stages, 'mixture', 'mixture', { from: batch })
  const small = { sources: 3, coefficients: 16, bottleneck: 8, channels: 12, blocks: 2, repeats: 1 }
  const separator = tensorNode(stages, 'separator', 'tdcn', { from: mixture }, small)
  const mixit = tensorNode(stages, 'mixit', 'mixit', { from: separator, references: batch })
  const graph = { nodes: [batch, mixture, separator, mixit] }
  const values = () => ({ batch: { a: numbers('a', 400), b: numbers('b', 400) } })
  const [whole, chunked] = [trainerOf(graph), trainerOf(graph, 4)]
  for (const at of [1, 2, 3]) {
    const [one, other] = [step(whole, values(), at), step(chunked, values(), at)]
    t.true(Number.isFinite(one.loss))
    t.is(one.health!.collapse, undefined)
    near(t, [other.loss, other.health!.gradientNorm], [one.loss, one.health!.gradientNorm])
  }
})

test('a classifier trains: its encoder is watched for collapse, its logits are not', t => {
  const batch = batchNode('batch', SIZE, patch)
  const labels = batchNode('labels', SIZE, { kind: 'label', classes: 2 })
  const encoder = tensorNode(stages, 'encoder', 'vgg', { from: batch }, { widths: [4] })
  const classifier = tensorNode(stages, 'classifier', 'classifier', { from: encoder, targets: labels })
  const loss = tensorNode(stages, 'loss', 'cross-entropy', { from: classifier, targets: labels })
  const trainer = trainerOf({ nodes: [batch, labels, encoder, classifier, loss] }, 4)
  const targets = Float32Array.from({ length: 2 * SIZE }, (_, at) => (at % 4 === 0 || at % 4 === 3 ? 1 : 0))
  const { losses, health } = step(trainer, { batch: { only: numbers('x', 8, 8) }, labels: { only: targets } }, 1)
  t.true(Number.isFinite(losses.loss))
  t.deepEqual(Object.keys(health!.collapse!), ['encoder'])
})

test('an encoder goes over channels lane by lane, and a lane has its own name', t => {
  const port: Port = { kind: 'channels', of: patch, count: 3 }
  const batch = batchNode('batch', SIZE, port)
  const encoder = tensorNode(stages, 'encoder', 'vgg', { from: batch }, { widths: [4] })
  t.deepEqual(encoder.out, {
    kind: 'batch',
    of: { kind: 'channels', of: { kind: 'embedding', size: 8 }, count: 3 },
    size: SIZE,
  })
  const second = { node: 'batch', lane: '2', bank: false, port: { kind: 'batch', of: patch, size: SIZE } as Port }
  const alone = tensorNode(stages, 'alone', 'vgg', { from: batchNode('batch', SIZE, patch) }, { widths: [4] })
  const shared = { ...alone, inputs: { from: second }, shares: 'encoder' }
  const model = buildModel(engine, { nodes: [batch, encoder, shared] }, stages, 1)
  const { tf } = engine
  const all = tf.tensor(numbers('channels', 3, 8, 8), [SIZE, 3, 8, 8])
  const values = model.forward({ batch: all }) as Record<string, ReturnType<typeof tf.tensor>>
  t.deepEqual(values.encoder!.shape, [SIZE, 3, 8])
  near(t, tf.unstack(values.encoder!, 1)[1]!.dataSync(), values.alone!.dataSync())
})

test('a gradient that is not finite is seen on steps that nobody logs: no weight moves, its name is told', t => {
  const trainer = trainerOf(rootedGraph(1))
  const batch = { batch: { only: numbers('x', 8, 8) } }
  const problem = t.throws(() => trainer.step(batch, { step: 3, logged: false }), { instanceOf: Problem })
  t.regex(problem!.message, /At step 3 the gradient is (NaN|Infinity).* gradients of loss\.w\./)
  t.regex(problem!.hint!, /train\.optimiser\.clip/)
  t.is(weightOf(trainer), 1)
})

test('numbers that arrive and are not finite are told as such, with the items that bring them', t => {
  const trainer = trainerOf(rootedGraph(2))
  const only = numbers('x', 8, 8)
  only[2 * 64 + 5] = Number.NaN
  const problem = t.throws(() => trainer.step({ batch: { only } }, { step: 4, logged: false }), { instanceOf: Problem })
  t.regex(problem!.message, /At step 4 the value of loss is NaN.*What arrives at 'batch' .* items 3 of the batch/)
  t.notRegex(problem!.hint!, /learning rate/)
  t.is(weightOf(trainer), 2)
})

test('numbers that a stage makes are told with its node', t => {
  const batch = batchNode('batch', SIZE, { kind: 'pair', of: patch })
  const encoder = tensorNode(all, 'encoder', 'vgg', { from: batch }, { widths: [4] })
  const head = tensorNode(all, 'head', 'overflowing', { from: encoder })
  const loss = tensorNode(all, 'loss', 'vicreg', { from: head })
  const trainer = trainerOf({ nodes: [batch, encoder, head, loss] })
  const before = stateOf(trainer).get('encoder.block0.filter')
  const values = { batch: { a: numbers('x', 8, 8), b: numbers('y', 8, 8) } }
  const problem = t.throws(() => trainer.step(values, { step: 2, logged: false }), { instanceOf: Problem })
  t.regex(
    problem!.message,
    /value of loss is NaN.* The first such numbers are those that 'head' \(overflowing\) makes\./,
  )
  t.deepEqual(stateOf(trainer).get('encoder.block0.filter'), before)
})

test('optimiser.clip shortens a step to its norm, and leaves a shorter one', t => {
  const moved = (clip?: number) => {
    const trainer = trainerOf(rootedGraph(2), undefined, { kind: 'sgd', momentum: 0, ...(clip && { clip }) })
    const report = trainer.step({ batch: { only: numbers('x', 8, 8).fill(8) } }, { step: 1, logged: true })
    t.is(report.health!.gradientNorm, 4) // 8 / (2 sqrt(2 - 1)): what is told is the norm before clipping
    return (2 - weightOf(trainer)) / 1e-3
  }
  const inexact = 2 ** -22 / 1e-3 // the weight is rounded to steps of that, the rate is 1e-3
  near(t, [moved(), moved(0.5), moved(10)], [4, 0.5, 4], 'steps', { inexact })
})

test('averages stand in checkpoints, and beside them the weights that training goes on with', t => {
  const slow = { kind: 'sgd', momentum: 0 }
  const averaging = () => trainerOf(rootedGraph(2), undefined, slow, { average: 0.8 })
  const file = join(scratchFolder('average'), 'step.safetensors')
  const batch = () => ({ batch: { only: numbers('x', 8, 8).fill(8) } })
  const trainer = averaging()
  let average = 0
  for (let at = 1; at <= 60; at++) {
    trainer.step(batch(), { step: at, logged: false })
    average += Math.max(1 - 0.8, 10 / (at + 9)) * (weightOf(trainer) - average)
  }
  const latest = weightOf(trainer)
  trainer.checkpoint(file)
  const embedding = trainerOf(rootedGraph(2))
  embedding.load(file)
  t.true(average - latest > 1e-3)
  near(t, [weightOf(embedding)], [average])
  trainer.exchange()
  t.is(weightOf(trainer), weightOf(embedding), 'watched with the average')
  trainer.exchange()
  t.is(weightOf(trainer), latest, 'and trained on without it')
  const resumed = averaging()
  resumed.resume(file)
  t.is(weightOf(resumed), latest)
  const otherwise = trainerOf(rootedGraph(2), undefined, slow)
  otherwise.resume(file)
  t.is(weightOf(otherwise), latest, 'a run that averages no longer')
})
