/** What the tests of the objectives share: a loss built as in a graph, and its comparison with PyTorch. */
import type { Scalar } from '@tensorflow/tfjs'
import type { ExecutionContext } from 'ava'
import type { Tensor } from '../../../engine/engine.js'
import { lossAndGradients } from '../../../engine/gradients.js'
import type { Stage } from '../../../stages/contract.js'
import type { Port } from '../../../stages/ports.js'
import { near } from '../../engine/near.js'
import { engine, fixture, stateOf, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'

interface Numbers {
  shape: number[]
  data: number[]
}
interface Case {
  parameters: object
  a: Numbers
  b: Numbers
  loss: number
  weights: Record<string, Numbers>
  towards: Record<string, number[]>
  rounding: { loss: number; towards: Record<string, number> }
}

/** Pairs of embeddings, as a projection gives them. */
export function pairs(clips: number, size: number): { from: Port } {
  return { from: { kind: 'batch', of: { kind: 'pair', of: { kind: 'embedding', size } }, size: clips } }
}

/** The loss of a stage on two tensors [clips, size], with weights of its own. */
export function objective(stage: Stage, parameters: object, clips: number, size: number) {
  const weights = weightsFrom(1)
  const pass = builder(stage, parameters, pairs(clips, size))(weights.scope)
  const loss = (a: Tensor, b: Tensor) => pass({ from: { a, b } }, { training: true })
  return { weights, loss }
}

export function chanceOf(stage: Stage, parameters: object, clips: number, size: number): number {
  const out = outOf(stage, parameters, pairs(clips, size))
  return out.kind === 'loss' ? out.chance : Number.NaN
}

/** Value and gradients, towards both views and every weight, as PyTorch's. */
export function agreesWithPyTorch(t: ExecutionContext, stage: Stage): void {
  const cases = fixture<Record<string, Case[]>>('objectives/cases.json')[stage.name]!
  for (const { parameters, a, b, loss: expected, weights: given, towards, rounding } of cases) {
    const [clips, size] = a.shape as [number, number]
    const hidden = given['first.bias'] ? { hidden: given['first.bias'].shape[0] } : {}
    const { weights, loss } = objective(stage, { ...parameters, ...hidden }, clips, size)
    weights.load(stateOf(given))
    const [one, other] = [tensorOf(a), tensorOf(b)]
    const { value, grads } = engine.tf.valueAndGrads((a, b) => loss(a!, b!) as Scalar)([one, other])
    near(t, value.dataSync(), [expected], 'value', { rounding: rounding.loss })
    near(t, grads[0]!.dataSync(), towards.a!, 'towards the first views', { rounding: rounding.towards.a! })
    near(t, grads[1]!.dataSync(), towards.b!, 'towards the second views', { rounding: rounding.towards.b! })
    t.deepEqual(weights.trainable.map(({ name }) => name).sort(), Object.keys(given).sort())
    if (weights.trainable.length === 0) continue
    const { gradients } = lossAndGradients(engine, weights.trainable, () => loss(one, other))
    weights.trainable.forEach(({ name }, index) => {
      near(t, gradients[index]!.dataSync(), towards[name]!, name, { rounding: rounding.towards[name]! })
    })
  }
}

/** A loss, and its gradients towards both views, are numbers for embeddings that are all zero, all alike or huge. */
export function staysFinite(t: ExecutionContext, stage: Stage, clips = 4): void {
  const { tf } = engine
  const { loss } = objective(stage, {}, clips, 8)
  const huge = tf.mul(tf.randomNormal([clips, 8], 0, 1, 'float32', 3), 1e6)
  for (const views of [tf.zeros([clips, 8]), tf.ones([clips, 8]), huge]) {
    const { value, grads } = tf.valueAndGrads((a, b) => loss(a!, b!) as Scalar)([views, views])
    for (const tensor of [value, ...grads]) t.true(tensor.dataSync().every(Number.isFinite))
  }
}
