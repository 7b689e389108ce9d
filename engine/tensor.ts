/** What operations and layers are made of: tensors, weights and where weights are made. */
import type * as tfjs from '@tensorflow/tfjs'

export type Tensor = tfjs.Tensor
/** A number that stays, or a scalar that changes from step to step. */
export type Amount = number | Tensor
export type Precision = 'float32' | 'bfloat16'

/** Draws for initial weights; handed in, so that a weight's start depends on its name and the seed alone. */
export interface InitialDraws {
  uniform(low?: number, high?: number): number
  normal(): number
}

/** A weight tensor or a running statistic, by its full dotted name (`encoder.block0.filter`). */
export interface Weight {
  readonly name: string
  readonly shape: readonly number[]
  readonly trainable: boolean
  /** It stays as it is: batch norm uses its running statistics. What follows other weights neither learns nor stays. */
  readonly frozen?: boolean
  /** The tensor now; on the gradient tape if trainable. Not to be disposed by the caller. */
  read(): Tensor
  /** Replaces the value; takes over `value` (disposes it). */
  assign(value: Tensor): void
}

/** Start values of a weight: row-major, in TensorFlow's layout (filters height x width x in x out, dense in x out). */
export type Initial = (size: number, draws: InitialDraws) => Float32Array

/** Where a stage makes its weights; names nest with dots. */
export interface Scope {
  within(name: string): Scope
  /** Trainable. @throws Error if the name is taken */
  weight(name: string, shape: readonly number[], initial: Initial): Weight
  /** Not trainable (batch-norm running mean and variance). */
  statistic(name: string, shape: readonly number[], initial: Initial): Weight
}
