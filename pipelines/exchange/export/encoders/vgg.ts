import type { Graph, Value } from '../graph.js'
import { convolutionNorm, globalPool, halved } from './convolution.js'
import type { EncoderWeights } from './weights.js'

type Vgg = {
  widths: number[]
  pooling: 'mean' | 'max' | 'mean-max'
}

/** The stage `vgg` in evaluation mode. */
export function vgg(
  graph: Graph,
  weights: EncoderWeights,
  image: Value,
  { widths, pooling }: Vgg,
  layer: (name: string, value: Value) => Value,
): Value {
  const features = widths.reduce((x, _, index) => {
    const convolved = convolutionNorm(graph, weights, x, `block${index}`, { stride: 1, padding: 1 })
    return layer(`block${index}`, halved(graph, graph.elementwise(convolved, 'relu')))
  }, image)
  return globalPool(graph, features, pooling)
}
