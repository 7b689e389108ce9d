import type { Engine, Tensor } from '../engine.js'
import { backendOf } from './backend.js'
import { recording } from './recorder.js'

/**
 * Nothing that comes after it is done unless every number of a float32 tensor is finite: as ever by looking at them, in
 * a function by an operation that fails, or, compiled by XLA, by putting all variables back.
 *
 * @param complain makes the error of the numbers
 */
export function demandFinite({ tf }: Engine, tensor: Tensor, complain: (numbers: Float32Array) => Error): void {
  const recorder = recording()
  const [id] = backendOf(tf).getInputTensorIds([tensor])
  const numbers = recorder ? recorder.demandFinite(id!) : tensor.dataSync<'float32'>()
  if (!numbers.every(Number.isFinite)) throw complain(numbers)
}
