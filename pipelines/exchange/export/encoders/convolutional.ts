/** Encoders that are two-dimensional convolutions and a pooling over time and frequency, in evaluation mode. */
import { evenly, NO_PADDING, type Value } from '../graph.js'
import { convolutionNorm, type Forward, globalPool, halved, halvingBlocks } from './convolution.js'

type Vgg = {
  widths: number[]
  pooling: 'mean' | 'max' | 'mean-max'
}

/** The stage `vgg`. */
export const vgg: Forward<Vgg> = (graph, weights, image, { widths, pooling }, layer) => {
  const features = halvingBlocks(graph, weights, image, widths.length, layer)
  return globalPool(graph, features, pooling)
}

/** The stage `vgg-like`. */
export const vggLike: Forward<{ blocks: number[][] }> = (graph, weights, image, { blocks }, layer) => {
  let index = 0
  let x = image
  for (const block of blocks) {
    for (const [at] of block.entries()) {
      const name = `convolution${index++}`
      x = graph.elementwise(convolutionNorm(graph, weights, x, name, { stride: 1, padding: 1 }), 'relu')
      x = layer(name, at === block.length - 1 ? halved(graph, x) : x)
    }
  }
  const pooled = globalPool(graph, x, 'mean-max')
  return graph.elementwise(graph.dense(pooled, weights.get('dense.weight'), weights.get('dense.bias').data), 'relu')
}

/** Blocks of 64, 128, 256 and 512 channels, two of each; the first of a width halves the image, but for the first. */
const STRIDES = [1, 1, 2, 1, 2, 1, 2, 1]

type ResNet = {
  pooling: 'mean' | 'max' | 'mean-max'
}

/** The stage `resnet18`. */
export const resnet18: Forward<ResNet> = (graph, weights, image, { pooling }, layer) => {
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

type ByolA = {
  widths: number[]
  dense: number[]
  pooling: 'sum' | 'mean-max'
}

/** The stage `byol-a`. A dense layer on each frame is a convolution as wide as there are bands. */
export const byolA: Forward<ByolA> = (graph, weights, image, { widths, dense, pooling }, layer) => {
  const blocks = halvingBlocks(graph, weights, image, widths.length, layer)
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
