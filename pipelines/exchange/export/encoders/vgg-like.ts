import type { Graph, Value } from '../graph.js'
import { convolutionNorm, globalPool, halved } from './convolution.js'
import type { EncoderWeights } from './weights.js'

/** The stage `vgg-like` in evaluation mode. */
export function vggLike(
  graph: Graph,
  weights: EncoderWeights,
  image: Value,
  { blocks }: { blocks: number[][] },
): Value {
  let index = 0
  let x = image
  for (const block of blocks) {
    for (const _ of block) {
      x = graph.elementwise(
        convolutionNorm(graph, weights, x, `convolution${index++}`, { stride: 1, padding: 1 }),
        'relu',
      )
    }
    x = halved(graph, x)
  }
  const pooled = globalPool(graph, x, 'mean-max')
  return graph.elementwise(graph.dense(pooled, weights.get('dense.weight'), weights.get('dense.bias').data), 'relu')
}
