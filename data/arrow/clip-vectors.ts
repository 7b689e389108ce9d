/** Vectors of clips or of texts, a row each: what another model makes of them, kept in an Arrow file. */
import { Problem, someOf } from '../problem.js'
import { openEmbeddings } from './arrow-reader.js'

export interface ClipVectors {
  /** Numbers of each vector. */
  size: number
  /** By name of the clip, or by the text; not to be written to. */
  of: ReadonlyMap<string, Float32Array>
}

/**
 * The whole column `column` of a file.
 *
 * @param rows what a row stands for: the column of that name says which
 * @throws Problem `no-embeddings` and whatever else keeps the file from being read; `no-column`; `several-rows` if a clip
 *   has more than one, `not-finite` if a vector holds numbers that are not
 */
export async function readClipVectors(
  file: string,
  column: string,
  rows: 'clip' | 'text' = 'clip',
): Promise<ClipVectors> {
  const opened = await openEmbeddings(file, column, rows)
  const of = new Map<string, Float32Array>()
  const twice = new Set<string>()
  const odd: string[] = []
  try {
    const size = opened.dimensions
    for await (const { clips, embedding } of opened.batches())
      for (const [row, clip] of clips.entries()) {
        const vector = embedding.slice(row * size, (row + 1) * size)
        if (of.has(clip)) twice.add(clip)
        if (!vector.every(Number.isFinite)) odd.push(clip)
        of.set(clip, vector)
      }
    const place = { file }
    if (twice.size > 0) {
      const message = `Of one ${rows} there are several rows: ${someOf([...twice], 3)}.`
      const hint = `A row a ${rows} is needed${rows === 'clip' ? ': embed with --level clip' : ''}.`
      throw new Problem('several-rows', message, { place, hint })
    }
    if (odd.length > 0) {
      const message = `Of ${odd.length} of ${of.size} ${rows}s the vectors hold numbers that are not finite: ${someOf(odd, 3)}.`
      throw new Problem('not-finite', message, { place, hint: `Leave these rows out, or make them again.` })
    }
    return { size, of }
  } finally {
    await opened.close()
  }
}
