/** Convolution blocks, one after the other, each of which halves time and frequency: of VGG and of BYOL-A's encoder. */
import type { Engine, Scope, Tensor } from '../../engine/engine.js'
import type { PassOptions } from '../contract.js'
import type { PatchPort } from '../ports.js'
import { demandPatch, imageOf, inTurn } from './image-blocks.js'

/** @throws ParameterProblem if nothing would be left of a patch */
export function demandHalvings(patch: PatchPort, { length }: readonly unknown[], parameter = 'widths'): void {
  const why = `${length} blocks halve the patch ${length} times: it needs`
  demandPatch(patch, [2 ** length, 2 ** length], parameter, why)
}

/** `block0`, `block1`, ...: patches [N, frames, bands] or [N, frames, bands, channels] become [N, frames / 2^blocks, bands / 2^blocks, last width]. */
export function halvingBlocks(engine: Engine, scope: Scope, widths: readonly number[], channels = 1) {
  const { operations, layers } = engine
  const blocks = widths.map((out, index) =>
    layers.convolutionBlock(scope.within(`block${index}`), {
      in: widths[index - 1] ?? channels,
      out,
      inputGradient: index > 0,
    }),
  )
  return (patches: Tensor, options: PassOptions): Tensor =>
    inTurn(blocks, 'block', operations.raw.toActivation(imageOf(engine, patches)), options)
}
