/** The weights of one encoder, by their names inside it, and the layers of convolutional encoders that are made of them. */
import type { State, StoredTensor } from '../../../../engine/weights.js'
import { evenly, type Graph, NO_PADDING, type Value } from '../graph.js'

export interface EncoderWeights {
  /** @throws Error if there is none of that name: the checkpoint belongs to another graph */
  get(name: string): StoredTensor
  /** A convolution with the batch norm behind it folded in, as in evaluation mode: weights `scope.filter`, `scope.scale`, ... */
  folded(scope: string): { filter: StoredTensor; bias: Float32Array }
}

/** An image [frames, bands, 1] to an embedding [size], in evaluation mode; `layer` is told what it makes on its way. */
interface Encoder<Parameters> {
  forward(
    graph: Graph,
    weights: EncoderWeights,
    image: Value,
    parameters: Parameters,
    layer: (name: string, value: Value) => Value,
  ): Value
}
export type Forward<Parameters = Record<string, unknown>> = Encoder<Parameters>['forward']

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

/** Convolution and batch norm; `padding` zeros on each side. */
export function convolutionNorm(
  graph: Graph,
  weights: EncoderWeights,
  x: Value,
  scope: string,
  { stride, padding }: { stride: number; padding: number },
): Value {
  const { filter, bias } = weights.folded(scope)
  return graph.convolution(x, filter, bias, { stride: [stride, stride], padding: evenly(padding) })
}

/** Windows of 2 x 2 side by side. */
export function halved(graph: Graph, x: Value): Value {
  return graph.maxPool(x, [2, 2], { stride: [2, 2], padding: NO_PADDING })
}

/** [height, width, channels] to [channels], or [2 channels]: means, then maxima. */
export function globalPool(graph: Graph, x: Value, pooling: 'mean' | 'max' | 'mean-max'): Value {
  const over = (operation: 'mean' | 'max') => graph.reduce(x, operation, ['height', 'width'])
  return pooling === 'mean-max' ? graph.concat([over('mean'), over('max')]) : over(pooling)
}

/** The stages' blocks of convolution, norm, ReLU and pooling by halves: layers block0, block1, ... */
export function halvingBlocks(
  graph: Graph,
  weights: EncoderWeights,
  image: Value,
  count: number,
  layer: (name: string, value: Value) => Value,
): Value {
  let x = image
  for (let index = 0; index < count; index++) {
    const convolved = convolutionNorm(graph, weights, x, `block${index}`, { stride: 1, padding: 1 })
    x = layer(`block${index}`, halved(graph, graph.elementwise(convolved, 'relu')))
  }
  return x
}
