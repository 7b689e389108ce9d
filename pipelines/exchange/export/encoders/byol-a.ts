import { type Graph, NO_PADDING, type Value } from '../graph.js'
import { convolutionNorm, globalPool, halved } from './convolution.js'
import type { EncoderWeights } from './weights.js'

type ByolA = {
  widths: number[]
  dense: number[]
  pooling: 'sum' | 'mean-max'
}

/** The stage `byol-a` in evaluation mode. A dense layer on each frame is a convolution as wide as there are bands. */
export function byolA(
  graph: Graph,
  weights: EncoderWeights,
  image: Value,
  { widths, dense, pooling }: ByolA,
  layer: (name: string, value: Value) => Value,
): Value {
  const blocks = widths.reduce((x, _, index) => {
    const convolved = convolutionNorm(graph, weights, x, `block${index}`, { stride: 1, padding: 1 })
    return layer(`block${index}`, halved(graph, graph.elementwise(convolved, 'relu')))
  }, image)
  const frames = dense.reduce((x, out, index) => {
    const [, bands, channels] = x.shape as [number, number, number]
    const weight = (name: string) => weights.get(`dense${index}.${name}`).data
    const filter = { shape: [1, bands, channels, out], data: weight('weight') }
    const one = graph.convolution(x, filter, weight('bias'), { stride: [1, 1], padding: NO_PADDING })
    return layer(`dense${index}`, graph.elementwise(one, 'relu'))
  }, blocks)
  if (pooling === 'mean-max') return globalPool(graph, frames, 'mean-max')
  return graph.arithmetic('add', globalPool(graph, frames, 'mean'), globalPool(graph, frames, 'max'))
}
