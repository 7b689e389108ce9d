/** `adapt: { rank: 8, alpha: 16 }` of an encoder: its weights stay, and low-rank adapters of them learn. */
import { z } from 'zod'
import type { Adapters } from '../../engine/adapters.js'
import { checkSettings } from './settings.js'
import { problemAt } from './tree.js'
import type { WeightWords } from './weights.js'

export const adaptSettings = z.strictObject({
  rank: z.int().min(1).max(1024).default(8).describe('numbers between the two matrices of an adapter'),
  alpha: z.number().positive().max(65536).default(16).describe('what an adapter adds counts alpha / rank times'),
  layers: z.array(z.string().min(1)).min(1).optional().describe('layers with adapters, such as block0; all if absent'),
})

export function readAdapt({ tree, path, stage, owner, problems }: WeightWords): Adapters | undefined {
  const written = tree.entries.get('adapt')
  if (!written) return undefined
  const here = [...path, 'adapt']
  const refuse = (code: string, message: string) => {
    problems.push(problemAt(code, written.key, here, message))
    return undefined
  }
  if (owner)
    return refuse('adapt-shared', `Its weights are those of '${owner.id}': write adapt at '${owner.id}' alone.`)
  if (stage.runsIn !== 'tensor' || stage.role !== 'encoder')
    return refuse('adapt-not-encoder', `adapt gives an encoder low-rank adapters; ${stage.name} is no encoder.`)
  if (tree.entries.has('frozen'))
    return refuse('adapt-frozen', 'adapt keeps all weights as they are, and trains adapters of them: leave frozen out.')
  if (written.value.kind !== 'map')
    return refuse('bad-value', 'adapt is a map, such as { rank: 8, alpha: 16 }; {} takes the defaults.')
  const read = checkSettings(written.value, adaptSettings, { owner: 'adapt', word: 'setting', path: here }, problems)
  return read as z.output<typeof adaptSettings> | undefined
}
