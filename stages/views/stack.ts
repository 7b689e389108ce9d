import { z } from 'zod'
import { describeStage, optional, patch, sameAs } from '../contract.js'
import type { Patch } from '../values.js'

const another = optional(sameAs('a', patch))

/** Patches of one clip behind one another, as the colours of a picture: an encoder sees all of them at once. */
export default describeStage({
  runsIn: 'item',
  name: 'stack',
  summary:
    'Puts two to four patches of one size behind one another: the channels of one patch, for vgg, resnet18 or convnext.',
  parameters: z.strictObject({}),
  in: { a: patch, b: sameAs('a', patch), c: another, d: another },
  out: ports => ({ ...ports.a, channels: Object.values(ports).filter(port => port !== undefined).length }),
  work:
    () =>
    ({ a, b, c, d }) =>
      stacked([a, b, c, d].filter(each => each !== undefined)),
})

/** @returns frames x bands x patches, row-major */
export function stacked(patches: readonly Patch[]): Patch {
  const count = patches.length
  const all = new Float32Array(count * patches[0]!.length)
  for (const [channel, patch] of patches.entries())
    for (let at = 0; at < patch.length; at++) all[at * count + channel] = patch[at]!
  return all
}

/** One channel of them, frames x bands. */
export const channelOf = (patch: Patch, channel: number, count: number): Patch =>
  Float32Array.from({ length: patch.length / count }, (_, at) => patch[at * count + channel]!)
