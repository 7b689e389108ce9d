/** The weights of one encoder, by their names inside it. */
import type { State, StoredTensor } from '../../../../engine/weights.js'

export interface EncoderWeights {
  /** @throws Error if there is none of that name: the checkpoint belongs to another graph */
  get(name: string): StoredTensor
  /** A convolution with the batch norm behind it folded in, as in evaluation mode: weights `scope.filter`, `scope.scale`, ... */
  folded(scope: string): { filter: StoredTensor; bias: Float32Array }
}

const EPSILON = 1e-5

/** @param node id of the encoder whose weights these are */
export function encoderWeights(state: State, node: string): EncoderWeights {
  const get = (name: string): StoredTensor => {
    const found = state.get(`${node}.${name}`)
    if (!found) throw new Error(`the checkpoint has no weight '${node}.${name}'`)
    return found
  }
  return {
    get,
    folded(scope) {
      const [scale, offset, mean, variance] = ['scale', 'offset', 'mean', 'variance'].map(
        name => get(`${scope}.${name}`).data,
      ) as [Float32Array, Float32Array, Float32Array, Float32Array]
      const factor = scale.map((value, channel) => value / Math.sqrt(variance[channel]! + EPSILON))
      const { shape, data } = get(`${scope}.filter`)
      return {
        filter: { shape, data: data.map((value, at) => value * factor[at % factor.length]!) },
        bias: offset.map((value, channel) => value - mean[channel]! * factor[channel]!),
      }
    },
  }
}
