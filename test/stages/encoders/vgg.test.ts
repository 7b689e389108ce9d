import test from 'ava'
import { lossAndGradients } from '../../../engine/gradients.js'
import { createOptimiser } from '../../../engine/optimisers/optimiser.js'
import { ParameterProblem } from '../../../stages/contract.js'
import vgg from '../../../stages/encoders/vgg.js'
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
  widths: number[]
  x: Numbers
  towards: Numbers
  weights: Record<string, Numbers>
  value: number[]
  gradients: Record<string, number[]>
  weightsAfter: Record<string, Numbers>
  evaluated: number[]
  rounding: {
    value: number
    gradients: Record<string, number>
    weightsAfter: Record<string, number>
    evaluated: number
  }
}

const patches = (frames: number, bands: number): Port => ({
  kind: 'batch',
  of: { kind: 'patch', rate: 16000, hop: 160, frames, bands },
  size: 4,
})

test('vgg: value, gradients, running statistics and evaluation agree with PyTorch', t => {
  const expected = fixture<Case>('vgg/case.json')
  const { rounding } = expected
  const weights = weightsFrom(1)
  const encoder = builder(vgg, { widths: expected.widths }, { from: patches(10, 8) })(weights.scope)
  weights.load(stateOf(expected.weights))
  const [x, towards] = [tensorOf(expected.x), tensorOf(expected.towards)]
  const { gradients } = lossAndGradients(engine, weights.trainable, () => {
    const value = encoder({ from: x }, { training: true })
    near(t, value.dataSync(), expected.value, 'value', { rounding: rounding.value })
    return tf.sum(tf.mul(value, towards))
  })
  weights.trainable.forEach((weight, index) => {
    near(t, gradients[index]!.dataSync(), expected.gradients[weight.name]!, weight.name, {
      rounding: rounding.gradients[weight.name]!,
    })
  })
  for (const [name, { data }] of Object.entries(expected.weightsAfter))
    near(t, weights.state().get(name)!.data, data, name, { rounding: rounding.weightsAfter[name]! })
  near(t, encoder({ from: x }, { training: false }).dataSync(), expected.evaluated, 'evaluation', {
    rounding: rounding.evaluated,
  })
})

test('the embedding is as wide as the last block, twice with both poolings', t => {
  const of = (parameters: object) => outOf(vgg, parameters, { from: patches(96, 64) })
  t.deepEqual(of({}), { kind: 'batch', of: { kind: 'embedding', size: 512 }, size: 4 })
  t.deepEqual(of({ widths: [8, 16], pooling: 'mean' }), { kind: 'batch', of: { kind: 'embedding', size: 16 }, size: 4 })
})

test('vgg: more blocks than the patch can be halved are refused at their parameter', t => {
  const problem = t.throws(() => outOf(vgg, { widths: [1, 1, 1, 1] }, { from: patches(96, 12) }), {
    instanceOf: ParameterProblem,
  })
  t.is(problem.parameter, 'widths')
})

function train(steps: number) {
  const weights = weightsFrom(7)
  const encoder = builder(vgg, { widths: [8, 16] }, { from: patches(16, 12) })(weights.scope)
  const optimiser = createOptimiser(engine, weights.trainable, { kind: 'sgd', momentum: 0.9, weightDecay: 1e-4 })
  const x = tensorOf(normal([4, 16, 12], 'patches'))
  const counts: number[] = []
  for (let step = 0; step < steps; step += 1) {
    const { loss, gradients } = lossAndGradients(engine, weights.trainable, () =>
      tf.mean(tf.square(tf.sub(encoder({ from: x }, { training: true }), 1))),
    )
    optimiser.apply(gradients, { learningRate: 0.01 })
    loss.dispose()
    counts.push(tf.memory().numTensors)
  }
  return { counts, state: weights.state() }
}

test('the same bits of weights twice, and no tensor left behind in 50 steps', t => {
  const { counts, state } = train(50)
  t.is(counts.at(-1), counts[1])
  t.deepEqual(train(50).state, state)
})
