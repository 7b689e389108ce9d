/** Embeddings as Parquet, with the columns that maps and data frames of others look for. */
import type { SchemaElement } from 'hyparquet-writer'
import { Problem } from '../../../data/problem.js'
import { smallSamples, smallWav } from '../../drawing/small-sound.js'
import type { ConvertedRow } from './converted-rows.js'

export interface ParquetOptions {
  labels: readonly string[]
  map: boolean
  /** Nearest rows of each; none if 0. */
  neighbours: number
  sounds: boolean
  /** Of a sound, at most. */
  seconds: number
  /** Of the embeddings. */
  metadata: Readonly<Record<string, string>>
}

/** Rows that are in memory at once; a tenth of them with sounds. */
const GROUP = 10_000

/**
 * Columns: clip, path, start, end, labels, projection_x, projection_y, neighbors { ids, distances }, audio { bytes, path },
 * embedding, a list of float32. Metadata of the file: that of the embeddings.
 *
 * @returns rows whose sound could not be read: these have none
 */
export async function writeParquet(
  file: string,
  rows: AsyncIterable<ConvertedRow>,
  options: ParquetOptions,
): Promise<number> {
  const { fileWriter, parquetWriteRows } = await import('hyparquet-writer')
  const { labels, map, neighbours, sounds, seconds, metadata } = options
  let silent = 0
  async function* values() {
    for await (const row of rows) {
      const audio = sounds ? await audioOf(row, seconds) : undefined
      if (sounds && !audio) silent++
      yield { ...columnsOf(row), ...(audio && { audio }) }
    }
  }
  const columns = ['clip', 'path', 'start', 'end', ...labels, ...(map ? ['projection_x', 'projection_y'] : [])]
  const further = [...(neighbours > 0 ? ['neighbors'] : []), ...(sounds ? ['audio'] : []), 'embedding']
  await parquetWriteRows({
    writer: fileWriter(file),
    rows: values(),
    columns: [...columns, ...further].map(name => ({ name, ...(name === 'embedding' ? PLAIN : {}) })),
    schema: schemaOf(labels, { map, neighbours, sounds }),
    rowGroupSize: sounds ? GROUP / 10 : GROUP,
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    createdBy: 'earshot',
  })
  return silent
}

/** Numbers that are all different: nothing is to be gained. */
const PLAIN = { encoding: 'PLAIN', codec: 'UNCOMPRESSED' } as const

function columnsOf({ clip, path, start, end, labels, place, neighbours, embedding }: ConvertedRow) {
  return {
    ...{ clip, path: path ?? null, start: start ?? null, end: end ?? null },
    ...Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, value ?? null])),
    ...(place && { projection_x: place.x, projection_y: place.y }),
    ...(neighbours && { neighbors: { ids: neighbours.rows, distances: neighbours.distances } }),
    embedding: [...embedding],
  }
}

/** Undefined if it cannot be read. */
async function audioOf({ path, start, end }: ConvertedRow, seconds: number) {
  if (path === undefined) return undefined
  try {
    return { bytes: new Uint8Array(smallWav(await smallSamples({ path, start, end, seconds }))), path: `${path}.wav` }
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

function schemaOf(
  labels: readonly string[],
  { map, neighbours, sounds }: Pick<ParquetOptions, 'map' | 'neighbours' | 'sounds'>,
): SchemaElement[] {
  const optional = { repetition_type: 'OPTIONAL' } as const
  const required = { repetition_type: 'REQUIRED' } as const
  const text = (name: string): SchemaElement => ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', ...optional })
  const number = (name: string): SchemaElement => ({ name, type: 'DOUBLE', ...optional })
  const list = (name: string, type: 'FLOAT' | 'DOUBLE' | 'INT32'): SchemaElement[] => [
    { name, num_children: 1, converted_type: 'LIST', ...optional },
    { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
    { name: 'element', type, ...required },
  ]
  const near: SchemaElement[] = [
    { name: 'neighbors', num_children: 2, ...optional },
    ...list('ids', 'INT32'),
    ...list('distances', 'DOUBLE'),
  ]
  const audio: SchemaElement[] = [
    { name: 'audio', num_children: 2, ...optional },
    { name: 'bytes', type: 'BYTE_ARRAY', ...optional },
    text('path'),
  ]
  const columns = [
    ...[text('clip'), text('path'), number('start'), number('end'), ...labels.map(text)],
    ...(map ? [number('projection_x'), number('projection_y')] : []),
  ]
  const count = columns.length + (neighbours > 0 ? 1 : 0) + (sounds ? 1 : 0) + 1
  return [
    { name: 'root', num_children: count },
    ...columns,
    ...(neighbours > 0 ? near : []),
    ...(sounds ? audio : []),
    ...list('embedding', 'FLOAT'),
  ]
}
