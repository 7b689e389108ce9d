/** The way to a layer inside an encoder, as `embed --layer encoder.block2` names it. */
import { Problem } from '../../data/problem.js'
import type { EncoderThread } from '../model/trainer-thread.js'
import type { EncodingPath } from './encoding-path.js'

/**
 * @param chosen encoder, or encoder and layer with a dot between; the path as it is if no layer is named
 * @throws Problem `no-such-layer`, with the layers that there are
 */
export async function layerPath(path: EncodingPath, chosen: string | undefined, thread: EncoderThread) {
  const dot = chosen?.indexOf('.') ?? -1
  if (dot < 0) return path
  const layer = chosen!.slice(dot + 1)
  const layers = await thread.layers(path.encoder)
  const dimensions = layers[layer]
  if (dimensions !== undefined) return { ...path, layer, dimensions }
  const names = Object.keys(layers).map(name => `${path.encoder}.${name}`)
  throw new Problem('no-such-layer', `The encoder '${path.encoder}' has no layer '${layer}'.`, {
    hint: names.length > 0 ? `Its layers: ${names.join(', ')}.` : 'Its stage names none.',
  })
}
