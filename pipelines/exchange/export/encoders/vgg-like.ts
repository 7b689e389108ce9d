import type { Graph, Value } from '../graph.js'
import { convolutionNorm, globalPool, halved } from './convolution.js'
import type { EncoderWeights } from './weights.js'

/** The stage `vgg-like` in evaluation mode. */
export function vggLike(
  graph: Graph,
  weights: EncoderWeights,
  image: Value,
  { blocks }: { blocks: number[][] },
  layer: (name: string, value: Value) => Value,
): Value {
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
