/** Gradient caching gives what one tape gives, for every objective, and what PyTorch gives with batch norm in chunks. */
import test, { type ExecutionContext } from 'ava'
import { z } from 'zod'
import type { Tensor } from '../../../engine/engine.js'
import { globalNorm } from '../../../engine/gradients.js'
import type { CheckedGraph, CheckedNode } from '../../../graphs/language/checked.js'
import { forwardAlone, gradientsOf } from '../../../graphs/model/gradient-caching.js'
import { buildModel, type Model } from '../../../graphs/model/model.js'
import type { Values } from '../../../graphs/model/node-pass.js'
import { headGradients } from '../../../pipelines/model/head-gradients.js'
import { batchOf, describeStage, patch, type Stage } from '../../../stages/contract.js'
import { loadStages } from '../../../stages/registry.js'
import { normal } from '../../engine/finite-differences.js'
import { near, nearGradients } from '../../engine/near.js'
import { engine, fixture, stateOf, tensorOf } from '../../engine/started.js'
import { batchNode, tensorNode } from './graph-nodes.js'

const { tf } = engine

/** An encoder in which clips do not see one another. */
const plain = describeStage({
  name: 'plain',
  runsIn: 'tensor',
  role: 'encoder',
  summary: 'dense, tanh',
  parameters: z.strictObject({ size: z.int() }),
  in: { from: batchOf(patch) },
  out: ({ from }, { size }) => ({
    kind: 'batch',
    of: { kind: 'embedding', size },
    size: from.size,
  }),
  build:
    ({ size }) =>
    ({ layers }, scope) => {
      const dense = layers.dense(scope, { in: 64, out: size })
      return ({ from }) => tf.tanh(dense(tf.reshape(from, [-1, 64])))
    },
})

const stages = new Map<string, Stage>([...(await loadStages()), ['plain', plain]])

const node = (id: string, stage: string, from: CheckedNode, parameters?: object, more?: Partial<CheckedNode>) =>
  tensorNode(stages, id, stage, { from }, parameters, more)
const batch = (id: string, size: number) =>
  batchNode(id, size, { kind: 'pair', of: { kind: 'patch', rate: 16000, hop: 160, frames: 8, bands: 8 } })

const CLIPS = 7

/** Two encoders' worth of heads on shared weights: projections with and without batch norm, two objectives, weighted. */
function graphWith(objective: string, encoder = 'plain', parameters: object = { size: 12 }): CheckedGraph {
  const one = batch('batch', CLIPS)
  const other = batch('batch2', CLIPS)
  const first = node('encoder', encoder, one, parameters)
  const shared = node('encoder2', encoder, other, parameters, { shares: 'encoder' })
  const projection = node('projection', 'projection', first, { hidden: 10, width: 6 })
  const second = node('projection2', 'tanh-projection', shared, { width: 5 })
  return {
    nodes: [
      one,
      other,
      first,
      shared,
      projection,
      second,
      node('similarity', objective, projection, {}, { weight: 0.7 }),
      node('straight', 'nt-xent', first, { temperature: 0.4 }),
      node('other', 'coincidence', second, { hidden: 8 }, { weight: 3 }),
    ],
  }
}

function pairs(...ids: string[]): Values {
  const side = (key: string) => tensorOf(normal([CLIPS, 8, 8], key))
  return Object.fromEntries(ids.map(id => [id, { a: side(`${id} a`), b: side(`${id} b`) }]))
}

function weighted(model: Model) {
  return (values: Values) => tf.addN(model.losses.map(({ id, weight = 1 }) => tf.mul(values[id] as Tensor, weight)))
}

function compare(t: ExecutionContext, model: Model, batches: Values, chunk: number, what: string) {
  const ask = { weights: model.trainable, of: weighted(model) }
  const whole = gradientsOf(engine, model, batches, ask)
  const cached = gradientsOf(engine, model, batches, { ...ask, chunk })
  near(t, cached.loss.dataSync(), whole.loss.dataSync(), `${what}: loss`)
  const [found, expected] = [cached, whole].map(({ gradients }) => gradients.map(one => one.dataSync()))
  nearGradients(t, model.trainable, found!, expected!, `${what}:`)
}

const OBJECTIVES = [
  'nt-xent',
  'angular-contrastive',
  'bilinear-similarity',
  'triplet',
  'vicreg',
  'barlow-twins',
  'coincidence',
]

for (const objective of OBJECTIVES)
  test(`${objective} beside two others, weighted: as on one tape`, t => {
    const model = buildModel(engine, graphWith(objective), stages, 3)
    for (const chunk of [1, 3, 6, 7]) compare(t, model, pairs('batch', 'batch2'), chunk, `chunks of ${chunk}`)
  })

test('an encoder with batch norm at frozen statistics lets heads learn as on one tape', t => {
  const graph = graphWith('nt-xent', 'vgg', { widths: [4, 6] })
  for (const each of graph.nodes) if (each.id.startsWith('encoder')) each.frozen = true
  const model = buildModel(engine, graph, stages, 3)
  t.is(model.encoding.length, 0)
  compare(t, model, pairs('batch', 'batch2'), 3, 'frozen')
})

test('gradients of each head by itself are the same in chunks', t => {
  const model = buildModel(engine, graphWith('vicreg'), stages, 3)
  const batches = pairs('batch', 'batch2')
  const whole = headGradients(engine, model, batches)!
  const cached = headGradients(engine, model, batches, 2)!
  for (const id of ['similarity', 'straight', 'other'])
    near(t, [cached.headGradientNorm[id]!], [whole.headGradientNorm[id]!], id)
  whole.headGradientCosine.forEach(({ heads, cosine }, at) => {
    t.deepEqual(cached.headGradientCosine[at]!.heads, heads)
    near(t, [cached.headGradientCosine[at]!.cosine], [cosine], 'cosine', { size: 1 })
  })
})

test('three odd objectives on one encoder: their weighted gradients add up to that of the sum', t => {
  const model = buildModel(engine, graphWith('barlow-twins'), stages, 5)
  const batches = pairs('batch', 'batch2')
  const { headGradientNorm: norms, headGradientCosine: cosines } = headGradients(engine, model, batches)!
  const { gradients } = gradientsOf(engine, model, batches, { weights: model.encoding, of: weighted(model) })
  const total = globalNorm(engine, gradients).dataSync()[0]!
  const squares = Object.values(norms).map(norm => norm ** 2)
  const products = cosines.map(({ heads: [one, other], cosine }) => 2 * norms[one]! * norms[other]! * cosine)
  t.is(cosines.length, 3)
  const expected = Math.sqrt([...squares, ...products].reduce((sum, value) => sum + value, 0))
  near(t, [total], [expected])
})

interface Numbers {
  shape: number[]
  data: number[]
}
interface Case {
  clips: number
  chunk: number
  temperature: number
  widths: number[]
  batch: { a: Numbers; b: Numbers }
  weights: Record<string, Numbers>
  loss: number
  gradients: Record<string, number[]>
  statistics: Record<string, number[]>
  rounding: { loss: number; gradients: Record<string, number>; statistics: Record<string, number> }
}

test('with batch norm in the encoder: PyTorch in chunks; running statistics move once a chunk', t => {
  const expected = fixture<Case>('gradient-caching/case.json')
  const { chunk, widths, temperature, rounding } = expected
  const from = batch('batch', expected.clips)
  const encoder = node('encoder', 'vgg', from, { widths })
  const projection = node('projection', 'projection', encoder, { hidden: 6, width: 5 })
  const loss = node('similarity', 'nt-xent', projection, { temperature })
  const model = buildModel(engine, { nodes: [from, encoder, projection, loss] }, stages, 3)
  const batches: Values = { batch: { a: tensorOf(expected.batch.a), b: tensorOf(expected.batch.b) } }
  const statistics = () => {
    for (const [name, data] of Object.entries(expected.statistics))
      near(t, model.weights.state().get(name)!.data, data, name, { rounding: rounding.statistics[name]! })
  }
  model.weights.load(stateOf(expected.weights))
  const found = gradientsOf(engine, model, batches, { weights: model.trainable, of: weighted(model), chunk })
  near(t, found.loss.dataSync(), [expected.loss], 'loss', { rounding: rounding.loss })
  model.trainable.forEach(({ name }, at) => {
    const allowance = { rounding: rounding.gradients[name]! }
    near(t, found.gradients[at]!.dataSync(), expected.gradients[name]!, name, allowance)
  })
  statistics()
  tf.dispose([found.loss, ...found.gradients])

  const held = tf.memory().numTensors
  const again = gradientsOf(engine, model, batches, { weights: model.trainable, of: weighted(model), chunk })
  tf.dispose([again.loss, ...again.gradients])
  t.true(tf.memory().numTensors <= held, 'no tensor is left behind')

  model.weights.load(stateOf(expected.weights))
  forwardAlone(engine, model, batches, chunk)
  statistics()
})
