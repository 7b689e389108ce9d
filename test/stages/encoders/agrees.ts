/** An encoder against PyTorch's values for the same weights: `test/fixtures/<name>/make.py`. */
import type { ExecutionContext } from 'ava'
import { lossAndGradients } from '../../../engine/gradients.js'
import type { Stage } from '../../../stages/contract.js'
import type { Port } from '../../../stages/ports.js'
import { near } from '../../engine/near.js'
import { engine, fixture, stateOf, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder } from '../built.js'

interface Numbers {
  shape: number[]
  data: number[]
}
interface Case {
  parameters: object
  x: Numbers
  towards: Numbers
  weights: Record<string, Numbers>
  value: number[]
  gradients: Record<string, Numbers>
  /** Running statistics after one batch in training. */
  after: Record<string, Numbers>
  evaluated: number[]
  rounding: {
    value: number
    gradients: Record<string, number>
    after: Record<string, number>
    evaluated: number
  }
}

export const patches = (frames: number, bands: number): Port => ({
  kind: 'batch',
  of: { kind: 'patch', rate: 22050, hop: 220, frames, bands },
  size: 4,
})

/** Value, gradients, running statistics and evaluation. */
export function agreesWithPytorch(t: ExecutionContext, stage: Stage, name: string): void {
  const expected = fixture<Case>(`${name}/case.json`)
  const { rounding } = expected
  const [, frames, bands] = expected.x.shape as [number, number, number]
  const weights = weightsFrom(1)
  const encoder = builder(stage, expected.parameters, { from: patches(frames, bands) })(weights.scope)
  weights.load(stateOf(expected.weights))
  const [x, towards] = [tensorOf(expected.x), tensorOf(expected.towards)]
  const { gradients } = lossAndGradients(engine, weights.trainable, () => {
    const value = encoder({ from: x }, { training: true })
    near(t, value.dataSync(), expected.value, 'value', { rounding: rounding.value })
    return engine.tf.sum(engine.tf.mul(value, towards))
  })
  t.deepEqual(Object.keys(expected.gradients).sort(), weights.trainable.map(weight => weight.name).sort())
  weights.trainable.forEach((weight, index) => {
    near(t, gradients[index]!.dataSync(), expected.gradients[weight.name]!.data, weight.name, {
      rounding: rounding.gradients[weight.name]!,
    })
  })
  for (const [name, { data }] of Object.entries(expected.after))
    near(t, weights.state().get(name)!.data, data, name, { rounding: rounding.after[name]! })
  near(t, encoder({ from: x }, { training: false }).dataSync(), expected.evaluated, 'evaluation', {
    rounding: rounding.evaluated,
  })
  weights.dispose()
}

/** Numbers that an encoder or head learns. */
export function learnt(stage: Stage, from: Port, parameters: object = {}): number {
  const weights = weightsFrom(1)
  builder(stage, parameters, { from })(weights.scope)
  const count = weights.trainable.reduce(
    (sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1),
    0,
  )
  weights.dispose()
  return count
}

export const millions = (count: number) => (count / 1e6).toFixed(3)
