import { z } from 'zod'
import type { ClipVectors } from '../../data/arrow/clip-vectors.js'
import { hashedFile } from '../../data/hashed-file.js'
import { Problem, someOf } from '../../data/problem.js'
import { clip, describeStage } from '../contract.js'
import type { Clip } from '../values.js'

/** What another model makes of a clip, as it was kept: embeddings or logits to learn from. */
export default describeStage({
  name: 'vectors',
  summary: 'Vector of the clip from an Arrow file, as `embed` writes it: embeddings or logits of another model.',
  parameters: z.strictObject({
    file: z.string().min(1).describe('Arrow file with one row a clip; clips are matched by their names'),
    vector: z.string().min(1).default('embedding').describe('the column with the vectors'),
    size: z.int().min(1).max(65_536).describe('numbers of each vector'),
    missing: z
      .enum(['refuse', 'leave-out'])
      .default('refuse')
      .describe('clips that have no vector: training does not begin, or they are left out'),
  }),
  runsIn: 'item',
  files: { file: hashedFile },
  in: { from: clip },
  out: (_, { size }) => ({ kind: 'embedding', size }),
  clips: parameters => async clips => {
    const { file, missing } = parameters
    const { of } = await openVectors(parameters)
    const without = clips.filter(({ id }) => !of.has(id)).map(({ id }) => id)
    if (without.length === 0) return []
    const message = `${without.length} of ${clips.length} clips have no vector: ${someOf(without, 3)}.`
    if (missing === 'leave-out' && without.length < clips.length) return [`${file}: ${message} They are left out.`]
    throw new Problem('no-vector', message, {
      place: { file },
      hint: `Its rows name ${someOf([...of.keys()], 3)}. Embed the clips that are trained on, or write missing: leave-out.`,
    })
  },
  work: parameters => {
    let opened: Promise<ClipVectors> | undefined
    return async ({ from }: { from: Clip }) => {
      opened ??= openVectors(parameters)
      const found = (await opened).of.get(from.id)
      if (found) return found
      throw new Problem('no-vector', `${parameters.file} has no vector of the clip.`)
    }
  },
})

/** @throws Problem `wrong-width`; those of `readClipVectors` */
async function openVectors({ file, vector, size }: { file: string; vector: string; size: number }) {
  const { readClipVectors } = await import('../../data/arrow/clip-vectors.js')
  const vectors = await readClipVectors(file, vector)
  if (vectors.size === size) return vectors
  const message = `The vectors of '${vector}' hold ${vectors.size} numbers, not ${size}.`
  throw new Problem('wrong-width', message, { place: { file }, hint: `Write size: ${vectors.size} at the node.` })
}
