import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import { frequency } from '../../data/quantities.js'
import { namedFiles } from '../audio/named-files.js'
import { Level } from '../audio/signal/level.js'
import { wholeSound } from '../audio/signal/whole-sound.js'
import { clip, describeStage } from '../contract.js'
import { energy } from '../separation/products.js'
import type { Clip, FeatureStream } from '../values.js'

const parameters = z.strictObject({
  channels: z.int().min(1).max(32).default(4).describe('stems of a scene; missing ones are silent'),
  rate: frequency({ min: 1000, max: 192000 }).default(16000).transform(Math.round).describe('sample rate'),
  normalise: z
    .enum(['peak', 'none'])
    .default('peak')
    .describe('peak: multiplied with what brings the peak of the mixture to 1, as the waveform stage does to it'),
  leak: z
    .number()
    .min(0)
    .max(120)
    .optional()
    .describe(
      'how far below its own level the rest of the mixture stands behind each stem, dB; 0 is the mixture; none if absent',
    ),
  loudness: z
    .literal('stem')
    .optional()
    .describe('stem: what stands behind a stem makes it no louder; with leak: 0, the mixture as loud as each stem'),
  column: z.string().default('stems').describe('column of the manifest with the files, separated by ;'),
})

/** The stems that a scene was mixed from, as its manifest names them: what an ideal separator would give. */
export default describeStage({
  runsIn: 'item',
  name: 'stems',
  summary: 'Reads the stems of a mixture, named by its manifest, so that the mixture can be paired with a true stem.',
  parameters,
  cached: true,
  labels: ({ column }) => [{ column }],
  filesOf: ({ column }) => [column],
  in: { from: clip },
  out: (_, { channels, rate }) => ({ kind: 'channels', of: { kind: 'recording', rate }, count: channels }),
  work:
    given =>
    async ({ from }): Promise<FeatureStream[]> =>
      (await readStems(from, given)).map(samples => ({
        bands: 1,
        async *blocks() {
          yield samples
        },
        seconds: () => samples.length / given.rate,
      })),
})

/**
 * Each as long as the mixture. Files are named from the folder of the mixture; an empty name is a silent stem.
 *
 * @throws Problem `no-stems`; those of files that cannot be read
 */
export async function readStems(
  mixture: Clip,
  { channels, rate, normalise, leak, loudness, column }: z.output<typeof parameters>,
): Promise<Float32Array[]> {
  if (mixture.labels[column] === undefined) {
    throw new Problem('no-stems', `${mixture.id} has no value in the column '${column}', which names its stems.`, {
      hint: "Scenes of './earshot scenes' have one in their manifest.tsv.",
    })
  }
  const { path } = mixture
  const soundOf = (file: string) => wholeSound({ ...mixture, path: file }, { rate, normalise: 'none' })
  const sum = await soundOf(path)
  const level = new Level()
  level.add(sum)
  const gain = normalise === 'peak' ? level.gain : 1
  const behind = leak === undefined ? 0 : 10 ** (-leak / 20)
  const files = namedFiles(mixture, column)
  return Promise.all(
    Array.from({ length: channels }, async (_, channel) => {
      const stem = new Float32Array(sum.length)
      const file = files[channel]
      if (!file) return stem
      const samples = await soundOf(file)
      const heard = (i: number) => {
        const own = samples[i] ?? 0
        return own + behind * (sum[i]! - own)
      }
      const level = loudness === 'stem' ? Math.sqrt(energy(samples) / (energy(stem.map((_, i) => heard(i))) || 1)) : 1
      return stem.map((_, i) => gain * level * heard(i))
    }),
  )
}
