import test, { type ExecutionContext } from 'ava'
import type { Scope, Tensor } from '../../../../engine/engine.js'
import { lossAndGradients } from '../../../../engine/gradients.js'
import { xavier } from '../../../../engine/layers/initial.js'
import { streamOf } from '../../../../graphs/streams/draws.js'
import { attentiveNetwork, batchOf } from '../../../../pipelines/evaluation/probes/attention.js'
import { hearNetwork, keyedDropout } from '../../../../pipelines/evaluation/probes/hear-network.js'
import { layerNetwork } from '../../../../pipelines/evaluation/probes/layer-weights.js'
import { adam, entropy } from '../../../../pipelines/evaluation/probes/network.js'
import { distance, near } from '../../../engine/near.js'
import { engine, fixture, stateOf, tensorOf, weightsFrom } from '../../../engine/started.js'

interface Case {
  exclusive: boolean
  target: number[][]
  rate: number
  steps: number
  start: Record<string, { shape: number[]; data: number[] }>
  logits: number[]
  loss: number
  gradients: Record<string, number[]>
  /** Logits as in use, once a training batch has moved the running statistics. */
  use: number[]
  /** Logits as in training after the steps. (Biases before a batch norm drift: only there they have no effect.) */
  after: number[]
  rounding: { logits: number; use: number; loss: number; gradients: Record<string, number>; after: number }
}

interface Cases {
  hear: Record<string, Case & { layers: number; features: number[][]; masks: number[][][] }>
  attentive: Record<string, Case & { queries: number; frames: number[][][] }>
  weightedLayers: Record<
    string,
    Case & { layers: number; width: number; features: number[][]; shares: number[]; rounding: { shares: number } }
  >
}
const cases = fixture<Cases>('probe-networks/cases.json')
const { tf } = engine

const matrix = (rows: readonly number[][]) => tensorOf({ shape: [rows.length, rows[0]!.length], data: rows.flat() })

interface Made {
  training(): Tensor
  use(): Tensor
}

/** Logits, loss and gradients at the given weights; logits after the steps of Adam. */
async function agrees(t: ExecutionContext, one: Case, make: (scope: Scope) => Made): Promise<void> {
  const weights = weightsFrom(0)
  const { training, use } = make(weights.scope)
  const start = new Map([...weights.state(), ...stateOf(one.start)])
  weights.load(start)
  const targets = matrix(one.target)
  const loss = () => entropy(engine, training(), targets, one.exclusive)
  near(t, training().dataSync(), one.logits, 'logits', { rounding: one.rounding.logits })
  near(t, use().dataSync(), one.use, 'logits in use', { rounding: one.rounding.use })
  const found = lossAndGradients(engine, weights.trainable, loss)
  near(t, found.loss.dataSync(), [one.loss], 'loss', { rounding: one.rounding.loss })
  t.is(weights.trainable.length, Object.keys(one.gradients).length)
  weights.trainable.forEach(({ name }, at) => {
    const [gradient, expected] = [found.gradients[at]!.dataSync(), one.gradients[name]!]
    near(t, gradient, expected, `gradient of ${name}`, { rounding: one.rounding.gradients[name]! })
  })
  weights.load(start) // running statistics have moved
  const trainer = await adam(engine, weights.trainable, one.rate)
  for (let step = 0; step < one.steps; step++) trainer.step(loss)
  // 1 - 0.999 is exact to 5e-5 in float32, and so are the squares that Adam keeps; a step goes by their root
  const allowance = { rounding: one.rounding.after, inexact: 2.5e-5 * distance(one.after, one.logits) }
  near(t, training().dataSync(), one.after, `logits after ${one.steps} steps`, allowance)
}

for (const [name, one] of Object.entries(cases.hear))
  test(`HEAR's network is that of PyTorch: ${name}`, t => {
    const size = { inputs: 5, hidden: 8, hiddenLayers: one.layers, classes: 3 }
    const x = matrix(one.features)
    const masks = one.masks.map(matrix)
    return agrees(t, one, scope => {
      const network = hearNetwork(engine, scope, size, 'uniform')
      return { training: () => network(x, (value, layer) => tf.mul(value, masks[layer]!)), use: () => network(x) }
    })
  })

for (const [name, one] of Object.entries(cases.attentive))
  test(`attention over the frames of clips of any length is that of PyTorch: ${name}`, t => {
    const counts = one.frames.map(({ length }) => length)
    const starts = Int32Array.from({ length: counts.length + 1 }, (_, at) =>
      counts.slice(0, at).reduce((a, b) => a + b, 0),
    )
    const values = Float64Array.from(one.frames.flat(2))
    const frames = { matrix: { rows: values.length / 6, columns: 6, values }, starts }
    const all = batchOf(engine, frames, matrix(one.frames.flat()), Int32Array.from(counts.keys()))
    return agrees(t, one, scope => {
      const network = attentiveNetwork(engine, scope, { inputs: 6, classes: 3, queries: one.queries })
      return { training: () => network(all), use: () => network(all) }
    })
  })

for (const [name, one] of Object.entries(cases.weightedLayers))
  test(`a weighted sum of layers is that of PyTorch: ${name}`, async t => {
    const x = matrix(one.features)
    let shares: () => Tensor
    await agrees(t, one, scope => {
      const network = layerNetwork(engine, scope, { layers: one.layers, width: one.width, classes: 3 })
      shares = network.shares
      return { training: () => network.logits(x), use: () => network.logits(x) }
    })
    near(t, shares!().dataSync(), one.shares, 'shares', { rounding: one.rounding.shares, inexact: 2.5e-5 })
  })

test('dropout leaves out a tenth, keeps the mean, and depends on seed, step and layer alone', t => {
  const x = tf.ones([200, 100])
  const of = (seed: number, step: number, layer: number) => keyedDropout(engine, seed)(step)(x, layer).dataSync()
  const one = of(1, 0, 0)
  t.deepEqual([...new Set(one)].sort(), [0, Math.fround(1 / 0.9)])
  t.true(Math.abs(one.filter(value => value === 0).length / one.length - 0.1) < 0.01)
  t.deepEqual(of(1, 0, 0), one)
  for (const other of [of(2, 0, 0), of(1, 1, 0), of(1, 0, 1)]) t.notDeepEqual(other, one)
})

test('start values have the bounds and deviations of Xavier', t => {
  const rng = streamOf('any')
  const uniform = xavier(300, 100, 'uniform', Math.SQRT2)(30_000, rng)
  const normal = xavier(300, 100, 'normal')(30_000, rng)
  const bound = Math.SQRT2 * Math.sqrt(6 / 400)
  t.true(Math.max(...uniform) <= bound && Math.max(...uniform) > 0.99 * bound && Math.min(...uniform) < -0.99 * bound)
  const deviation = Math.sqrt(normal.reduce((sum, value) => sum + value ** 2, 0) / normal.length)
  t.true(Math.abs(deviation / Math.sqrt(2 / 400) - 1) < 0.02, `${deviation}`)
})
