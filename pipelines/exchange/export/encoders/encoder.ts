/** Which encoders can be written as a graph, and how. */
import { Problem } from '../../../../data/problem.js'
import type { CheckedNode } from '../../../../graphs/language/checked.js'
import type { Graph, Value } from '../graph.js'
import type { EncoderWeights, Forward } from './convolution.js'
import { byolA, resnet18, vgg, vggLike } from './convolutional.js'
import { crnn } from './crnn.js'
import { vgg4, vgg4Refusal } from './vgg4.js'

export interface Encoded {
  embedding: Value
  /** By the names that the stage gives them. */
  layers: ReadonlyMap<string, Value>
}

const ENCODERS: Readonly<Record<string, Forward>> = {
  'byol-a': byolA,
  crnn,
  resnet18,
  vgg,
  'vgg-like': vggLike,
  vgg4,
}

/**
 * The forward pass of an encoder, ready to be called with a graph, weights and an image.
 *
 * @throws Problem `not-exportable` if its stage, or a setting of it, cannot be written
 */
export function exportableEncoder({
  id,
  stage,
  parameters,
  code,
}: CheckedNode): (graph: Graph, weights: EncoderWeights, image: Value) => Encoded {
  // A stage from outside Earshot may have a name that is one of ours
  const forward = code === undefined && Object.hasOwn(ENCODERS, stage) ? ENCODERS[stage] : undefined
  if (!forward) {
    throw new Problem('not-exportable', `The encoder '${id}' is of the stage '${stage}', which cannot be exported.`, {
      hint: `Stages that can: ${Object.keys(ENCODERS).join(', ')}. The weights alone can be had with --as safetensors.`,
    })
  }
  const refusal =
    stage === 'vgg4'
      ? vgg4Refusal(parameters)
      : parameters.pooling === 'frames'
        ? "a token a moment ('pooling: frames')"
        : undefined
  if (refusal) {
    throw new Problem('not-exportable', `The encoder '${id}' uses ${refusal}, which cannot be exported.`, {
      hint: 'The weights alone can be had with --as safetensors.',
    })
  }
  return (graph, weights, image) => {
    const layers = new Map<string, Value>()
    const embedding = forward(graph, weights, image, parameters, (name, value) => {
      layers.set(name, value)
      return value
    })
    return { embedding, layers }
  }
}
