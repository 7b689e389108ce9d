/** The thin layer above TensorFlow: everything a tensor stage may use. */
import type * as tfjs from '@tensorflow/tfjs'
import type { Layers } from './layers/layers.js'
import type { Operations } from './operations/operations.js'

export type { Amount, Initial, InitialDraws, Precision, Scope, Tensor, Weight } from './tensor.js'
export type { Layers, Operations }
/** TensorFlow as stages see it: tfjs for the ordinary, `operations` for raw kernels with gradients, `layers` with weights. */
export interface Engine {
  readonly tf: typeof tfjs
  readonly operations: Operations
  readonly layers: Layers
}
