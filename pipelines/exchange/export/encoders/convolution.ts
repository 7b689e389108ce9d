import { evenly, type Graph, NO_PADDING, type Value } from '../graph.js'
import type { EncoderWeights } from './weights.js'

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
