import { z } from 'zod'
import type { ClipVectors } from '../../data/arrow/clip-vectors.js'
import { hashedFile } from '../../data/hashed-file.js'
import { Problem, someOf } from '../../data/problem.js'
import { clip, describeStage } from '../contract.js'
import type { Clip } from '../values.js'

const parameters = z.strictObject({
  file: z.string().min(1).describe('Arrow file with one row a clip; clips are matched by their names'),
  by: z
    .string()
    .min(1)
    .optional()
    .describe(
      'column of the data set with texts, such as labels or captions: clips are matched by them. The file then has one row a text, in its column `text` (`./earshot import word-vectors` makes one)',
    ),
  vector: z.string().min(1).default('embedding').describe('the column with the vectors'),
  size: z.int().min(1).max(65_536).describe('numbers of each vector'),
  missing: z
    .enum(['refuse', 'leave-out'])
    .default('refuse')
    .describe('clips that have no vector: training does not begin, or they are left out'),
})

/** What another model makes of a clip, or of a text about it, as it was kept: embeddings or logits to learn from. */
export default describeStage({
  name: 'vectors',
  summary:
    'Vector of the clip, or of its text, from an Arrow file, as `embed` writes it: embeddings or logits of another model.',
  parameters,
  runsIn: 'item',
  files: { file: hashedFile },
  in: { from: clip },
  out: (_, { size }) => ({ kind: 'embedding', size }),
  fits: async ({ file, by, vector, size }) => {
    const { openEmbeddings } = await import('../../data/arrow/arrow-reader.js')
    const opened = await openEmbeddings(file, vector, rowsBy(by))
    await opened.close()
    demandWidth(opened.dimensions, { file, vector, size })
  },
  labels: ({ by }) => (by === undefined ? [] : [{ column: by }]),
  clips: parameters => async clips => {
    const { file, by, missing } = parameters
    const { of } = await openVectors(parameters)
    if (by !== undefined && clips.every(({ labels }) => labels[by] === undefined)) return [] // told as a missing column
    const without = clips.filter(clip => !of.has(nameOf(clip, by)))
    if (without.length === 0) return []
    const names = someOf([...new Set(without.map(clip => nameOf(clip, by) || 'no text'))], 3)
    const message = `${without.length} of ${clips.length} clips have ${by === undefined ? 'no vector' : `a text in '${by}' without a vector`}: ${names}.`
    if (missing === 'leave-out' && without.length < clips.length) return [`${file}: ${message} They are left out.`]
    const column = by === undefined ? columnOf(clips, of) : undefined
    const mend = by === undefined ? 'Embed the clips that are trained on' : 'Add a row for each text'
    throw new Problem('no-vector', message, {
      place: { file },
      hint: `Its rows name ${someOf([...of.keys()], 3)}. ${column === undefined ? `${mend}, or write missing: leave-out.` : `These are texts of the clips: write by: ${column}.`}`,
    })
  },
  leavesOut: async parameters => {
    if (parameters.missing === 'refuse') return () => false
    const { of } = await openVectors(parameters)
    return clip => !of.has(nameOf(clip, parameters.by))
  },
  work: parameters => {
    let opened: Promise<ClipVectors> | undefined
    return async ({ from }: { from: Clip }) => {
      opened ??= openVectors(parameters)
      const name = nameOf(from, parameters.by)
      const found = (await opened).of.get(name)
      if (found) return found
      throw new Problem('no-vector', `${parameters.file} has no vector of ${parameters.by ? `'${name}'` : 'the clip'}.`)
    }
  },
})

/** By which a row is found; empty where a clip has no text. */
const nameOf = ({ id, labels }: Clip, by: string | undefined) => (by === undefined ? id : (labels[by] ?? ''))

/** The column of the clips, if any, whose texts are what the rows of a file stand for. */
const columnOf = (clips: readonly Clip[], of: ClipVectors['of']) =>
  clips.flatMap(({ labels }) => Object.keys(labels).filter(name => of.has(labels[name] ?? '')))[0]

/** @throws Problem `wrong-width`; those of `readClipVectors` */
async function openVectors({ file, by, vector, size }: z.output<typeof parameters>) {
  const { readClipVectors } = await import('../../data/arrow/clip-vectors.js')
  const vectors = await readClipVectors(file, vector, rowsBy(by))
  demandWidth(vectors.size, { file, vector, size })
  return vectors
}

/** What a row of the file stands for. */
const rowsBy = (by: string | undefined) => (by === undefined ? 'clip' : 'text')

function demandWidth(width: number, { file, vector, size }: Omit<z.output<typeof parameters>, 'by' | 'missing'>): void {
  if (width === size) return
  const message = `The vectors of '${vector}' hold ${width} numbers, not ${size}.`
  throw new Problem('wrong-width', message, { place: { file }, hint: `Write size: ${width} at the node.` })
}
