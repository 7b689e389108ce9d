import { z } from 'zod'
import { channels, describeStage, recording, sameAs } from '../contract.js'
import type { Waveform } from '../values.js'

/** What a silent channel counts as: no level is minus infinity. */
export const SILENT = -200

/** How loud each channel is beside the mixture, for the rule that says which channels are active. */
export default describeStage({
  runsIn: 'item',
  name: 'levels',
  summary: 'Energy of each channel over that of the mixture, in decibels.',
  source: 'Wisdom et al., FUSS, ICASSP 2021',
  parameters: z.strictObject({}),
  cached: true,
  in: { from: channels(recording), mixture: sameAs('from', recording) },
  out: ({ from: { count } }) => ({ kind: 'levels', count }),
  work:
    () =>
    async ({ from, mixture }) =>
      levelsOf(await energyOf(mixture), await Promise.all(from.map(energyOf))),
})

/** @returns decibels over the mixture, at least SILENT; SILENT for all channels of a silent mixture */
export function levelsOf(mixture: number, energies: readonly number[]): Float32Array {
  return Float32Array.from(energies, energy =>
    mixture > 0 && energy > 0 ? Math.max(SILENT, 10 * Math.log10(energy / mixture)) : SILENT,
  )
}

/** Sum of squares, block by block. */
async function energyOf(sound: Waveform): Promise<number> {
  let energy = 0
  for await (const block of sound.blocks()) for (const sample of block) energy += sample * sample
  return energy
}
