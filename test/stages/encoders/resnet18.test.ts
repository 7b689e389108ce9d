import test from 'ava'
import type { Weight } from '../../../engine/engine.js'
import { lossAndGradients } from '../../../engine/gradients.js'
import { createOptimiser } from '../../../engine/optimisers/optimiser.js'
import resnet18 from '../../../stages/encoders/resnet18.js'
import type { Port } from '../../../stages/ports.js'
import { normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine, fixture, stateOf, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

const { tf } = engine

interface Numbers {
  shape: number[]
  data: number[]
}
interface Case {
  x: Numbers
  value: number[]
  norms: Record<string, number>
  first: Record<string, number[]>
  rounding: { value: number; norms: Record<string, number>; first: Record<string, number> }
  weights: number
}

const patches = (frames: number, bands: number): Port => ({
  kind: 'batch',
  of: { kind: 'patch', rate: 16000, hop: 160, frames, bands },
  size: 2,
})

const wave = (count: number, phase: number) =>
  Array.from({ length: count }, (_, index) => Math.sin(0.7 * index + phase))

/** The weights of the fixture's formula, layer by layer. */
function formula(weights: readonly Weight[]) {
  const layers = [...new Set(weights.map(({ name }) => name.slice(0, name.lastIndexOf('.'))))]
  const entries = weights.map(({ name, shape }) => {
    const at = name.lastIndexOf('.')
    const index = layers.indexOf(name.slice(0, at))
    const size = shape.reduce((product, side) => product * side, 1)
    const [height, width, channels] = shape as [number, number, number]
    const values = {
      filter: () => wave(size, index).map(value => value * Math.sqrt(2 / (height * width * channels))),
      scale: () => wave(size, index).map(value => 1 + 0.5 * value),
      offset: () => wave(size, -index).map(value => 0.1 * value),
      mean: () => wave(size, 0).fill(0),
      variance: () => wave(size, 0).fill(1),
    }
    return [name, { shape: [...shape], data: values[name.slice(at + 1) as keyof typeof values]() }] as [string, Numbers]
  })
  return stateOf(Object.fromEntries(entries))
}

test('value and gradients agree with PyTorch; 11.17 million weights', t => {
  const expected = fixture<Case>('resnet18/case.json')
  const { rounding } = expected
  const weights = weightsFrom(1)
  const encoder = builder(resnet18, {}, { from: patches(37, 30) })(weights.scope)
  const count = weights.trainable.reduce(
    (sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1),
    0,
  )
  t.is(count, expected.weights)
  t.is((count / 1e6).toFixed(2), '11.17')
  weights.load(formula(weights.all))
  const x = tensorOf(expected.x)
  const towards = tensorOf({ shape: [2, 512], data: wave(1024, 0.3) })
  const { gradients } = lossAndGradients(engine, weights.trainable, () => {
    const value = encoder({ from: x }, { training: true })
    near(t, value.dataSync(), expected.value, 'value', { rounding: rounding.value })
    return tf.sum(tf.mul(value, towards))
  })
  weights.trainable.forEach(({ name }, index) => {
    const gradient = gradients[index]!
    near(t, tf.norm(gradient).dataSync(), [expected.norms[name]!], `norm of ${name}`, {
      rounding: rounding.norms[name]!,
    })
    near(t, gradient.dataSync().slice(0, 6), expected.first[name]!, name, { rounding: rounding.first[name]! })
  })
  tf.dispose(gradients)
  weights.dispose()
})

test('the embedding has 512 numbers', t => {
  t.deepEqual(outOf(resnet18, {}, { from: patches(101, 64) }), {
    kind: 'batch',
    of: { kind: 'embedding', size: 512 },
    size: 2,
  })
})

test('the same bits of weights twice, and no tensor left behind', t => {
  const train = () => {
    const weights = weightsFrom(7)
    const encoder = builder(resnet18, {}, { from: patches(16, 12) })(weights.scope)
    const optimiser = createOptimiser(engine, weights.trainable, { kind: 'sgd', momentum: 0.9, weightDecay: 1e-4 })
    const x = tensorOf(normal([2, 16, 12], 'patches'))
    const counts: number[] = []
    for (let step = 0; step < 4; step += 1) {
      const { loss, gradients } = lossAndGradients(engine, weights.trainable, () =>
        tf.mean(tf.square(tf.sub(encoder({ from: x }, { training: true }), 1))),
      )
      optimiser.apply(gradients, { learningRate: 0.01 })
      loss.dispose()
      counts.push(tf.memory().numTensors)
    }
    t.is(counts.at(-1), counts[1])
    const last = weights.all.at(-1)!.read().dataSync().slice()
    const first = weights.all[0]!.read().dataSync().slice()
    optimiser.dispose()
    weights.dispose()
    return [first, last]
  }
  t.deepEqual(train(), train())
})
