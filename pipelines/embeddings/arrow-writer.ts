/** Embeddings leave here: one Arrow IPC file, written batch by batch, so that memory does not grow with its length. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  type Data,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Message,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { Problem } from '../../data/problem.js'
import { inPlainWords, isFull, systemCode } from '../../data/system-problem.js'
import { beginPart, makeFolders } from '../../data/whole-file.js'

export interface EmbeddingRow {
  /** Identity of the clip: rows of one clip share it. */
  clip: string
  path: string
  /** Seconds from the beginning of the file. */
  start: number
  end: number
  labels: Readonly<Record<string, string | undefined>>
  /** D finite values. */
  embedding: Float32Array
}

/** What all rows of a file have in common. */
export interface EmbeddingTable {
  dimensions: number
  /** Names of label columns (utf8, nullable). */
  columns: readonly string[]
  /** Kept in the schema: front end, checkpoint and graph hashes, layer, pooling, version ... */
  metadata: Record<string, string>
}

export interface EmbeddingWriter {
  /** Buffers rows and writes full record batches. @throws Problem if the disk refuses them */
  write(rows: readonly EmbeddingRow[]): void
  /** Writes the rest and gives the file its name. @throws Problem if the disk refuses it */
  close(): void
  /** Gives up: nothing remains, and a file that already had the name stays as it was. */
  abort(): void
}

/** Columns that every file has, in this order, before the label columns; `embedding` comes last. */
export const FIXED_COLUMNS = ['clip', 'path', 'start', 'end'] as const

const ROWS_IN_BATCH = 8192
/** Wide embeddings get shorter batches: 64 MB of float32 at most. */
const VALUES_IN_BATCH = 1 << 24

/**
 * Opens a part beside `file`; `close` renames it.
 *
 * @throws Problem if the folder cannot be written, or a label column has the name of a fixed one
 */
export function createEmbeddingWriter(file: string, table: EmbeddingTable): EmbeddingWriter {
  const { dimensions, columns } = table
  const schema = schemaOf(table)
  const partial = beginPart(file)
  const descriptor = guarded(file, () => {
    makeFolders(dirname(file))
    return openSync(partial, 'w')
  })
  const sink = new DescriptorWriter(descriptor)
  const height = Math.max(1, Math.min(ROWS_IN_BATCH, Math.floor(VALUES_IN_BATCH / dimensions)))
  const values = new Float32Array(height * dimensions)
  let rows: EmbeddingRow[] = []
  let open = true

  const end = () => {
    open = false
    closeSync(descriptor)
  }
  const abort = () => {
    if (open) end()
    rmSync(partial, { force: true })
  }
  const guard = <T>(work: () => T): T => {
    if (!open) throw new RangeError(`The writer of ${file} is closed.`)
    try {
      return guarded(file, work)
    } catch (error) {
      abort()
      throw error
    }
  }
  const flush = () => {
    if (rows.length === 0) return
    sink.write(recordBatch(schema, columns, rows, values.subarray(0, rows.length * dimensions)))
    rows = []
  }
  guard(() => sink.reset(undefined, schema))

  return {
    write: more =>
      guard(() => {
        for (const row of more) {
          if (row.embedding.length !== dimensions)
            throw new RangeError(`An embedding of ${row.clip} has ${row.embedding.length} values, not ${dimensions}.`)
          values.set(row.embedding, rows.length * dimensions)
          rows.push(row)
          if (rows.length === height) flush()
        }
      }),
    close: () =>
      guard(() => {
        flush()
        sink.finish()
        fsyncSync(descriptor)
        end()
        renameSync(partial, file)
      }),
    abort,
  }
}

export interface TextRow extends Pick<EmbeddingRow, 'embedding'> {
  /** Columns of the file; `text` is also its `clip`, by which other verbs know a row. */
  labels: Readonly<Record<string, string>> & { text: string }
}

/** Vectors of texts in place of clips: each is known by what it says. @throws Problem as `createEmbeddingWriter` */
export function writeTextRows(file: string, rows: readonly TextRow[], table: EmbeddingTable): void {
  const writer = createEmbeddingWriter(file, table)
  writer.write(rows.map(row => ({ ...row, clip: row.labels.text, path: '', start: 0, end: 0 })))
  writer.close()
}

/** Closes the writers when `work` has filled them; if it fails, none of their files remains. */
export async function filled(writers: readonly EmbeddingWriter[], work: () => void | Promise<void>): Promise<void> {
  try {
    await work()
    for (const writer of writers) writer.close()
  } catch (error) {
    for (const writer of writers) writer.abort()
    throw error
  }
}

/** Writes each piece at once (the sink of arrow-js would keep the whole file), the schema message included. */
class DescriptorWriter extends RecordBatchFileWriter {
  constructor(private readonly descriptor: number) {
    super({ autoDestroy: false })
  }

  protected override _write(chunk: ArrayBufferView): this {
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let at = 0; at < bytes.length; ) at += writeSync(this.descriptor, bytes, at)
    this._position += bytes.length
    return this
  }

  /** The format asks for a schema message after the magic; arrow-js leaves it out, and stream readers stumble. */
  protected override _writeSchema(schema: Schema): this {
    return super._writeSchema(schema)._writeMessage(Message.from(schema))
  }
}

/** @throws Problem `bad-column` if a label column has the name of one that every file has */
export function checkColumns(columns: readonly string[]): void {
  const taken = columns.find((name, at) => isFixed(name) || columns.indexOf(name) !== at)
  if (taken !== undefined)
    throw new Problem(
      'bad-column',
      `The label column '${taken}' has the name of another column of the embeddings file.`,
      {
        hint: `Rename it in the table; ${[...FIXED_COLUMNS, 'embedding'].join(', ')} are taken.`,
      },
    )
}

export function schemaOf({ dimensions, columns, metadata }: EmbeddingTable): Schema {
  checkColumns(columns)
  return new Schema(
    [
      new Field('clip', new Utf8(), false),
      new Field('path', new Utf8(), false),
      new Field('start', new Float64(), false),
      new Field('end', new Float64(), false),
      ...columns.map(name => new Field(name, new Utf8(), true)),
      new Field('embedding', new FixedSizeList(dimensions, new Field('item', new Float32(), false)), false),
    ],
    new Map(Object.entries(metadata)),
  )
}

/** Those of a file that bring labels. */
export const labelColumns = (columns: readonly string[]) => columns.filter(name => !isFixed(name))

const isFixed = (name: string) => name === 'embedding' || FIXED_COLUMNS.some(fixed => fixed === name)

export function recordBatch(
  schema: Schema,
  columns: readonly string[],
  rows: readonly EmbeddingRow[],
  values: Float32Array,
): RecordBatch {
  const length = rows.length
  const text = (pick: (row: EmbeddingRow) => string | undefined) =>
    vectorFromArray(
      rows.map(row => pick(row) ?? null),
      new Utf8(),
    ).data[0]!
  const seconds = (pick: (row: EmbeddingRow) => number) =>
    makeData({ type: new Float64(), length, data: Float64Array.from(rows, pick) })
  const children: Data[] = [
    text(row => row.clip),
    text(row => row.path),
    seconds(row => row.start),
    seconds(row => row.end),
    ...columns.map(name => text(row => row.labels[name])),
    makeData({
      type: schema.fields.at(-1)!.type as FixedSizeList<Float32>,
      length,
      child: makeData({ type: new Float32(), length: values.length, data: values }),
    }),
  ]
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, children }))
}

/** Turns what the file system says into a sentence. */
function guarded<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const code = systemCode(cause)
    if (code === undefined) throw cause
    const full = isFull(code)
    throw new Problem(full ? 'disk-full' : 'not-writable', `The embeddings cannot be written: ${inPlainWords(code)}.`, {
      place: { file },
      hint: full
        ? 'Free some space, or name a file on another disk with -o.'
        : 'Name a file that you may write with -o.',
      cause,
    })
  }
}
