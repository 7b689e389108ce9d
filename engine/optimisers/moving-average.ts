/** Weights averaged over the steps of a training run: steadier than those of any one step, most of all at a high rate. */
import type { Engine } from '../engine.js'
import { FLOAT32, type Raw } from '../operations/raw.js'
import type { Tensor, Weight } from '../tensor.js'
import { Variable } from '../variable.js'
import { refuseMismatch, type State, stored } from '../weights.js'

/**
 * How far an average moves towards the weights at a step, which counts from 1: `1 - decay`, and more in the beginning, so
 * that the average is never over much more than the last tenth of the steps so far. 1 at the first step: what was there
 * before does not count.
 */
export function shareOf(decay: number, step: number): number {
  return Math.max(1 - decay, 10 / (step + 9))
}

/** average = average + share (weight - average), in place. */
export function follow(engine: Engine, average: Variable, weight: Weight, share: Tensor): void {
  const { raw } = engine.operations
  const apart = engine.tf.tidy(() => engine.tf.sub(average.read(), weight.read()))
  average.release()
  raw.none('ResourceApplyGradientDescent', descent(raw), [average.handle, share, apart])
  apart.dispose()
}

const descent = (raw: Raw) => raw.attributes({ types: { T: FLOAT32 }, booleans: { use_locking: false } })

/** Averages of weights and of running statistics, each beside what it follows. */
export class MovingAverage {
  readonly variables: readonly Variable[]

  constructor(
    private readonly engine: Engine,
    private readonly weights: readonly Weight[],
    private readonly decay: number,
  ) {
    this.variables = weights.map(({ name, shape }) => new Variable(engine, `average.${name}`, shape, false))
    for (const [at, average] of this.variables.entries()) average.load(stored(weights[at]!.read()).data)
  }

  /** The number that `follow` needs as a scalar. */
  share(step: number): number {
    return shareOf(this.decay, step)
  }

  /** To be called when the weights have moved. */
  follow(share: Tensor): void {
    for (const [at, average] of this.variables.entries()) follow(this.engine, average, this.weights[at]!, share)
  }

  /** Weights and averages change places. */
  exchange(): void {
    const { tf } = this.engine
    for (const [at, average] of this.variables.entries()) {
      const weight = this.weights[at]!
      const latest = tf.clone(weight.read())
      weight.assign(tf.clone(average.read()))
      average.assign(latest)
    }
  }

  /** By the names of the weights. */
  state(): State {
    return new Map(this.weights.map(({ name }, at) => [name, stored(this.variables[at]!.read())]))
  }

  /** @throws Problem `checkpoint-mismatch` */
  load(state: State): void {
    refuseMismatch(this.weights, state)
    for (const [at, { name }] of this.weights.entries()) this.variables[at]!.load(state.get(name)!.data)
  }
}
