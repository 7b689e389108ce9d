/** Search by example, from files to answers. Says nothing itself. */
import { Problem } from '../../../data/problem.js'
import { nearestName } from '../../../graphs/language/nearest-name.js'
import { matchClips } from '../match-clips.js'
import { type EmbeddingIndex, meanDirection, readIndex } from './embedding-index.js'
import { type Found, mostSimilar } from './most-similar.js'

export interface SearchOptions {
  /** Embeddings to search in. */
  file: string
  /** Name of a clip, its file name, or a row number. */
  clip: string
  /** Embeddings that hold the clip; `file` itself if absent. */
  query?: string | undefined
  /** Rows to find. */
  count: number
  /** Columns to show. */
  columns: readonly string[]
}

export interface SearchResult {
  /** The clip that was asked for, by its own name. */
  clip: string
  index: EmbeddingIndex
  found: Found[]
  /** Milliseconds of the search itself, after everything was read. */
  milliseconds: number
}

/** A clip of several rows is their mean; its own rows are not found. @throws Problem if it is not there */
export async function search({ file, clip, query, count, columns }: SearchOptions): Promise<SearchResult> {
  const index = await readIndex(file, columns)
  const source = query === undefined ? index : await readIndex(query)
  if (source.dimensions !== index.dimensions)
    throw new Problem(
      'other-width',
      `The embeddings of the query are ${source.dimensions} wide, not ${index.dimensions}.`,
      {
        place: { file: source.file },
        hint: 'Both files need to come from one encoder and one layer.',
      },
    )
  const readouts = [source, index].map(({ metadata }) => metadata['earshot.readout'])
  if (readouts[0] !== readouts[1])
    throw new Problem('other-readout', 'The embeddings of the query were read out of the encoder in another way.', {
      place: { file: source.file },
      hint: `They say ${readouts.map(readout => readout ?? 'nothing').join(', and those that are searched ')}. Embed one of them again: --readout.`,
    })
  const rows = rowsOfClip(source, clip)
  const name = source.clips[rows[0]!]!
  const began = performance.now()
  const own = new Set(rows)
  const skip = (row: number) => source === index && own.has(row)
  const found = mostSimilar(index, meanDirection(source, rows), { count, skip })
  return { clip: name, index, found, milliseconds: performance.now() - began }
}

function rowsOfClip({ clips, file, rows }: EmbeddingIndex, wanted: string): number[] {
  const names = [...new Set(clips)]
  const [match] = matchClips([[wanted]], names)
  if (match !== undefined) return clips.flatMap((clip, row) => (clip === names[match] ? [row] : []))
  if (/^\d+$/.test(wanted) && Number(wanted) < rows) {
    const name = clips[Number(wanted)]
    return clips.flatMap((clip, row) => (clip === name ? [row] : []))
  }
  const near = names.length <= 5000 ? nearestName(wanted, names) : undefined
  throw new Problem('no-clip', `There is no clip '${wanted}'.${near ? ` Did you mean '${near}'?` : ''}`, {
    place: { file },
    hint: `Its first clips: ${names.slice(0, 5).join(', ')}. A row number (0 to ${rows - 1}) does as well.`,
  })
}
