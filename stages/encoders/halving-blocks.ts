/** Convolution blocks, one after the other, each of which halves time and frequency: of VGG and of BYOL-A's encoder. */
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import { ParameterProblem, type PassOptions } from '../contract.js'
import type { PatchPort } from '../ports.js'

/** @throws ParameterProblem at `widths`, if nothing would be left of a patch */
export function demandHalvings({ frames, bands }: PatchPort, widths: readonly number[]): void {
  const smallest = 2 ** widths.length
  if (frames < smallest || bands < smallest)
    throw new ParameterProblem(
      'widths',
      `${widths.length} blocks halve the patch ${widths.length} times: it needs at least ${smallest} x ${smallest}, and ${frames} x ${bands} arrives`,
    )
}

/** `block0`, `block1`, ...: patches [N, frames, bands] become [N, frames / 2^blocks, bands / 2^blocks, last width]. */
export function halvingBlocks({ tf, operations, layers }: Engine, scope: Scope, widths: readonly number[]) {
  const blocks = widths.map((out, index) =>
    layers.convolutionBlock(scope.within(`block${index}`), {
      in: widths[index - 1] ?? 1,
      out,
      inputGradient: index > 0,
    }),
  )
  return (patches: Tensor, options: PassOptions): Tensor =>
    blocks.reduce(
      (x, block, index) => {
        const value = block(x, options)
        options.layer?.(`block${index}`, value)
        return value
      },
      operations.raw.toActivation(tf.expandDims(patches, 3)),
    )
}
