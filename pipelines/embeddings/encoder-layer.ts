/** A layer inside an encoder, as `embed --layer encoder.block2` names it. */
import { Problem } from '../../data/problem.js'
import type { Encoding } from '../model/onnx-encoder.js'

export interface EncoderLayer {
  name: string
  /** Numbers of it a patch: its channels. */
  dimensions: number
}

/** The encoder of `encoder.block2`. */
export const encoderIn = (chosen: string | undefined): string | undefined => chosen?.split('.')[0]

/**
 * @param chosen encoder, or encoder and layer with a dot between
 * @returns none if no layer is named
 * @throws Problem `no-such-layer`, with the layers that there are
 */
export async function encoderLayer(
  chosen: string | undefined,
  encoder: string,
  thread: Encoding,
): Promise<EncoderLayer | undefined> {
  const dot = chosen?.indexOf('.') ?? -1
  if (dot < 0) return undefined
  const name = chosen!.slice(dot + 1)
  const layers = await thread.layers(encoder)
  const shape = layers[name]
  if (shape) return { name, dimensions: shape[2] }
  const names = Object.keys(layers).map(layer => `${encoder}.${layer}`)
  throw new Problem('no-such-layer', `The encoder '${encoder}' has no layer '${name}'.`, {
    hint: names.length > 0 ? `Its layers: ${names.join(', ')}.` : 'Its stage names none.',
  })
}
