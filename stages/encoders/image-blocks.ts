/** What encoders that see patches as pictures have in common. */
import type { Engine, Tensor } from '../../engine/engine.js'
import { ParameterProblem, type PassOptions } from '../contract.js'
import type { PatchPort } from '../ports.js'

/** A part of an encoder, [batch, frames, bands, channels] to fewer frames and bands, and more channels. */
export type ImageBlock = (x: Tensor, options: PassOptions) => Tensor

/** [batch, frames, bands] to [batch, frames, bands, 1]; what has channels already (of `stack`) stays as it is. */
export const imageOf = ({ tf }: Engine, patches: Tensor): Tensor =>
  patches.rank === 4 ? patches : tf.expandDims(patches, 3)

/** Blocks one after the other, each told as a layer: `block0`, `block1`, ... */
export const inTurn = (blocks: readonly ImageBlock[], name: string, image: Tensor, options: PassOptions): Tensor =>
  blocks.reduce((x, block, at) => {
    const value = block(x, options)
    options.layer?.(`${name}${at}`, value)
    return value
  }, image)

/**
 * Of smaller patches nothing would be left.
 *
 * @param why the beginning of the sentence, up to "at least"
 * @throws ParameterProblem at `parameter`
 */
export function demandPatch(
  { frames, bands }: Pick<PatchPort, 'frames' | 'bands'>,
  [fewest, lowest]: readonly [frames: number, bands: number],
  parameter: string,
  why = 'nothing would be left of the patch: it needs',
): void {
  if (frames >= fewest && bands >= lowest) return
  throw new ParameterProblem(parameter, `${why} at least ${fewest} x ${lowest}, and ${frames} x ${bands} arrives`)
}
