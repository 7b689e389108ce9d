/** The gradient of every operation against differences of its value. */
import type { ExecutionContext } from 'ava'
import type { Tensor } from '../../engine/engine.js'
import { streamOf } from '../../graphs/streams/draws.js'
import { distance, near } from './near.js'
import { engine, tensorOf } from './started.js'

/**
 * Compares the gradient of sum(operation(inputs) * fixed random numbers) with central differences, number by number.
 * The sum is done in double precision. Two steps are taken, one twice the other: what they differ by is the curvature that
 * differences leave out, and together they leave out less (Richardson). Rounding of the values is divided by the step.
 *
 * @param step no number may come upon a kink within twice of it
 */
export function checkGradient(
  t: ExecutionContext,
  operation: (...inputs: Tensor[]) => Tensor,
  inputs: { shape: number[]; data: Float32Array }[],
  { step = 1e-2 }: { step?: number } = {},
): void {
  const { tf } = engine
  const run = (data: Float32Array[]): Float32Array =>
    tf
      .tidy(() =>
        operation(...data.map((numbers, index) => tensorOf({ shape: inputs[index]!.shape, data: numbers }))).dataSync(),
      )
      .slice() as Float32Array
  const start = inputs.map(({ data }) => data)
  const rng = streamOf('towards')
  const towards = Float32Array.from(run(start), () => rng.normal())
  const weighted = (data: Float32Array[]) => run(data).reduce((sum, value, index) => sum + value * towards[index]!, 0)

  const gradients = tf.tidy(() => {
    const tensors = inputs.map(tensorOf)
    const loss = () => {
      const value = operation(...tensors)
      return tf.sum(tf.mul(value, tf.tensor(towards, value.shape))) as Tensor
    }
    return tf
      .engine()
      .gradients(loss, tensors)
      .grads.map(gradient => gradient!.dataSync().slice())
  })
  const size = Math.hypot(...run(start).map((value, index) => value * towards[index]!))
  inputs.forEach(({ data }, at) => {
    const slopes = (by: number) =>
      Array.from(data, (value, index) => {
        const moved = (by: number) => {
          const copy = data.slice()
          copy[index] = value + by
          return weighted(start.map((numbers, other) => (other === at ? copy : numbers)))
        }
        return (moved(by) - moved(-by)) / (2 * by)
      })
    const [fine, coarse] = [slopes(step), slopes(2 * step)]
    const curvature = distance(fine, coarse)
    t.true(curvature < 0.05 * Math.hypot(...fine), 'a kink is within the step')
    const expected = fine.map((slope, index) => slope + (slope - coarse[index]!) / 3)
    const allowance = { size: size / step, roundings: 4, inexact: curvature }
    near(t, gradients[at]!, expected, `the gradient towards input ${at}`, allowance)
  })
}

/** Random numbers at least 0.1 apart from one another and from 0, so that no step crosses a kink. */
export function spaced(shape: number[], key: string): { shape: number[]; data: Float32Array } {
  const rng = streamOf(key)
  const size = shape.reduce((product, side) => product * side, 1)
  const order = Array.from({ length: size }, (_, index) => ({
    at: rng.uniform(),
    value: 0.1 * (index - size / 2) + 0.05,
  }))
  order.sort((a, b) => a.at - b.at)
  return { shape, data: Float32Array.from(order, ({ value }) => value) }
}

export function normal(shape: number[], key: string, deviation = 1): { shape: number[]; data: Float32Array } {
  const rng = streamOf(key)
  const size = shape.reduce((product, side) => product * side, 1)
  return { shape, data: Float32Array.from({ length: size }, () => deviation * rng.normal()) }
}
