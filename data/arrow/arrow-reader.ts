/** Embeddings come back here, whoever wrote them: Earshot, pyarrow, Polars. Read by range, never whole unasked. */
import { type FileHandle, open } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { type AsyncRecordBatchFileReader, Message, type RecordBatch, RecordBatchReader } from 'apache-arrow'
import { missingColumn } from '../nearest-name.js'
import { Problem } from '../problem.js'
import { embeddingValues, textValues, widthOf } from './arrow-columns.js'

/** Consecutive rows of an embeddings file. */
export interface EmbeddingRows {
  rows: number
  dimensions: number
  /** Row-major rows x dimensions. */
  embedding: Float32Array
  clips: string[]
  /** Any column but that of the vectors, as text; a null is undefined. @throws Problem if there is none of that name */
  column(name: string): (string | undefined)[]
}

/**
 * @param vectors the column that is read as `embedding`
 * @param names the column that is read as `clips`
 * @throws Problem if the file is missing, truncated, not an Arrow IPC file, compressed, or holds no such column
 */
export async function openEmbeddings(file: string, vectors = 'embedding', names = 'clip'): Promise<EmbeddingFile> {
  const handle = await open(file, 'r').catch(cause => {
    const absent = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new Problem('no-embeddings', absent ? 'There is no such file.' : (cause as Error).message, {
      place: { file },
      hint: 'Embeddings are written by: ./earshot embed RUN SOUNDS -o FILE.arrow',
      cause,
    })
  })
  try {
    if ((await handle.stat()).isDirectory())
      throw new Problem('no-embeddings', 'That is a folder.', {
        place: { file },
        hint: `Of recordings in it, embed makes a file to name here: ./earshot embed RUN ${file} -o ${basename(resolve(file))}.arrow`,
      })
    await checkEnds(handle, file)
    const reader = await openReader(handle, file)
    const columns = reader.schema.fields.map(field => field.name)
    for (const name of [vectors, names]) if (!columns.includes(name)) throw missingColumn(name, columns, file)
    const heights = await batchHeights(handle, reader, file)
    const first = heights.findIndex(height => height > 0)
    const sample = first < 0 ? undefined : await readBatch(reader, first, file)
    const width = widthOf(reader.schema, sample, { file, column: vectors })
    return new EmbeddingFile(file, reader, heights, width, vectors, names)
  } catch (error) {
    await handle.close()
    throw error
  }
}

export class EmbeddingFile {
  readonly rows: number
  /** Schema metadata. */
  readonly metadata: Record<string, string>
  /** All columns but that of the vectors. */
  readonly columns: string[]

  constructor(
    readonly file: string,
    private readonly reader: AsyncRecordBatchFileReader,
    /** Rows of each record batch. */
    private readonly heights: readonly number[],
    readonly dimensions: number,
    private readonly vectors: string,
    private readonly names: string,
  ) {
    this.rows = heights.reduce((sum, height) => sum + height, 0)
    this.metadata = Object.fromEntries(reader.schema.metadata)
    this.columns = reader.schema.fields.map(field => field.name).filter(name => name !== vectors)
  }

  /** One record batch after the other. */
  async *batches(): AsyncIterable<EmbeddingRows> {
    for (let index = 0, first = 0; index < this.heights.length; first += this.heights[index++]!)
      yield this.rowsOf([await this.piece(index, first, 0, this.heights[index]!)])
  }

  /** Rows `start` up to, without, `end`; all of them by default. Reads only the record batches that hold them. */
  async read(start = 0, end = this.rows): Promise<EmbeddingRows> {
    const pieces: Piece[] = []
    for (let index = 0, first = 0; index < this.heights.length; first += this.heights[index++]!) {
      const from = Math.max(start - first, 0)
      const to = Math.min(end - first, this.heights[index]!)
      if (from < to) pieces.push(await this.piece(index, first, from, to))
    }
    return this.rowsOf(pieces)
  }

  async close(): Promise<void> {
    await this.reader.cancel()
  }

  private async piece(index: number, first: number, from: number, to: number): Promise<Piece> {
    return { batch: await readBatch(this.reader, index, this.file), first, from, to }
  }

  private rowsOf(pieces: readonly Piece[]): EmbeddingRows {
    const { dimensions, file, columns, vectors, names } = this
    const rows = pieces.reduce((sum, { from, to }) => sum + to - from, 0)
    const embedding = new Float32Array(rows * dimensions)
    let filled = 0
    for (const { batch, first, from, to } of pieces) {
      embedding.set(embeddingValues(batch.getChild(vectors)!, { from, to, dimensions, first, file }), filled)
      filled += (to - from) * dimensions
    }
    const column = (name: string) => {
      if (!columns.includes(name)) throw missingColumn(name, columns, file)
      return pieces.flatMap(({ batch, from, to }) => textValues(batch.getChild(name)!, from, to))
    }
    const clips = column(names).map((clip, row) => {
      if (clip !== undefined) return clip
      throw new Problem('no-clip', `Row ${(pieces[0]?.first ?? 0) + row} of the embeddings names no ${names}.`, {
        place: { file },
        hint: `Every row needs the name of its ${names} in the column \`${names}\`.`,
      })
    })
    return { rows, dimensions, embedding, clips, column }
  }
}

/** Rows `from` up to `to` of a record batch whose first row is row `first` of the file. */
interface Piece {
  batch: RecordBatch
  first: number
  from: number
  to: number
}

const MAGIC = 'ARROW1'

/** A whole file opens and closes with the magic: the one cheap test for a write that was cut off. */
async function checkEnds(handle: FileHandle, file: string): Promise<void> {
  const { size } = await handle.stat()
  const ends = Buffer.alloc(2 * MAGIC.length)
  await handle.read(ends, 0, MAGIC.length, 0)
  if (size >= 20) await handle.read(ends, MAGIC.length, MAGIC.length, size - MAGIC.length)
  const [head, tail] = [ends.toString('latin1', 0, MAGIC.length), ends.toString('latin1', MAGIC.length)]
  if (head === MAGIC && tail === MAGIC) return
  if (head === MAGIC || size === 0) throw damaged(file)
  const stream = ends.readInt32LE(0) === -1
  throw new Problem(
    'not-arrow',
    stream
      ? 'This is an Arrow IPC stream; Earshot reads the Arrow IPC file format.'
      : 'This is not an Arrow IPC file: it does not begin with ARROW1.',
    {
      place: { file },
      hint: stream
        ? 'With pyarrow: pa.ipc.new_file(path, table.schema) instead of new_stream.'
        : 'Give the .arrow file that `earshot embed` wrote, or one by pyarrow.ipc.new_file or polars write_ipc.',
    },
  )
}

async function openReader(handle: FileHandle, file: string): Promise<AsyncRecordBatchFileReader> {
  try {
    const reader = (await RecordBatchReader.from(handle)) as AsyncRecordBatchFileReader
    await reader.open({ autoDestroy: false })
    if (reader.schema.fields.some(field => typeof field.name !== 'string')) throw damaged(file)
    return reader
  } catch (cause) {
    if (cause instanceof Problem) throw cause
    throw compressed(cause) ? packed(file, cause) : damaged(file, cause)
  }
}

/** Rows of each record batch, from its header alone: the footer does not say. */
async function batchHeights(handle: FileHandle, reader: AsyncRecordBatchFileReader, file: string): Promise<number[]> {
  const heights: number[] = []
  for (const block of reader.footer!.recordBatches()) {
    const bytes = new Uint8Array(block.metaDataLength)
    await handle.read(bytes, 0, bytes.length, block.offset)
    const prefix = new DataView(bytes.buffer).getInt32(0, true) === -1 ? 8 : 4
    try {
      const message = Message.decode(bytes.subarray(prefix))
      if (!message.isRecordBatch()) throw damaged(file)
      const header = message.header()
      if (header.compression) throw packed(file)
      heights.push(header.length)
    } catch (cause) {
      throw cause instanceof Problem ? cause : damaged(file, cause)
    }
  }
  return heights
}

async function readBatch(reader: AsyncRecordBatchFileReader, index: number, file: string): Promise<RecordBatch> {
  try {
    const batch = await reader.readRecordBatch(index)
    if (batch) return batch
  } catch (cause) {
    throw damaged(file, cause)
  }
  throw damaged(file)
}

const damaged = (file: string, cause?: unknown) =>
  new Problem('damaged-arrow', 'This Arrow file is cut off or damaged: its footer or a record batch cannot be read.', {
    place: { file },
    hint: 'Write it again with `earshot embed`.',
    cause,
  })

const compressed = (cause: unknown) => /compress/i.test((cause as Error).message)

const packed = (file: string, cause?: unknown) =>
  new Problem('compressed-arrow', 'This Arrow file is compressed; Earshot reads uncompressed ones.', {
    place: { file },
    hint: "Write it without: pyarrow.feather.write_feather(table, path, compression='uncompressed').",
    cause,
  })
