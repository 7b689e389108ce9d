import { evenly, type Graph, type Value } from '../graph.js'
import { convolutionNorm, globalPool } from './convolution.js'
import type { EncoderWeights } from './weights.js'

/** Blocks of 64, 128, 256 and 512 channels, two of each; the first of a width halves the image, but for the first. */
const STRIDES = [1, 1, 2, 1, 2, 1, 2, 1]

type ResNet = {
  pooling: 'mean' | 'max' | 'mean-max'
}

/** The stage `resnet18` in evaluation mode. */
export function resnet18(
  graph: Graph,
  weights: EncoderWeights,
  image: Value,
  { pooling }: ResNet,
  layer: (name: string, value: Value) => Value,
): Value {
  const relu = (x: Value) => graph.elementwise(x, 'relu')
  const stem = relu(convolutionNorm(graph, weights, image, 'stem', { stride: 2, padding: 3 }))
  const pooled = layer('stem', graph.maxPool(stem, [3, 3], { stride: [2, 2], padding: evenly(1) }))
  const features = STRIDES.reduce((x, stride, index) => {
    const scope = `block${index}`
    const inner = relu(convolutionNorm(graph, weights, x, `${scope}.first`, { stride, padding: 1 }))
    const outer = convolutionNorm(graph, weights, inner, `${scope}.second`, { stride: 1, padding: 1 })
    const around = stride === 1 ? x : convolutionNorm(graph, weights, x, `${scope}.shortcut`, { stride, padding: 0 })
    return layer(scope, relu(graph.arithmetic('add', outer, around)))
  }, pooled)
  return globalPool(graph, features, pooling)
}
