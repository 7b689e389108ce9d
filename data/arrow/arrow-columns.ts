/** Columns of an embeddings file as plain arrays, in whichever of Arrow's types they were written. */
import { DataType, type RecordBatch, type Schema, type Vector } from 'apache-arrow'
import { Problem } from '../problem.js'

/**
 * Width of a column of vectors: stated by a list of fixed size, measured on the first row of a free list.
 *
 * @throws Problem if the column is no list of floats, or there is nothing to measure
 */
export function widthOf(
  schema: Schema,
  sample: RecordBatch | undefined,
  { file, column }: { file: string; column: string },
): number {
  const type = schema.fields.find(field => field.name === column)!.type
  const list = DataType.isFixedSizeList(type) || DataType.isList(type) || DataType.isLargeList(type)
  if (!list || !DataType.isFloat(type.children[0]!.type))
    throw new Problem('bad-column', `The column '${column}' holds ${type}, not lists of floats.`, {
      place: { file },
      hint: 'With pyarrow: pa.FixedSizeListArray.from_arrays(flat_float32, D).',
    })
  if (DataType.isFixedSizeList(type)) return type.listSize
  const first: Vector | null | undefined = sample?.getChild(column)?.get(0)
  return first?.length ?? 0
}

/**
 * Rows `from` up to `to` of a batch's embeddings as row-major float32.
 *
 * @param first row number in the file of the batch's first row, for messages
 * @throws Problem if a row is null, holds a null, or is of another width
 */
export function embeddingValues(
  column: Vector,
  { from, to, dimensions, first, file }: { from: number; to: number; dimensions: number; first: number; file: string },
): Float32Array {
  const complain = (row: number, what: string) =>
    new Problem('bad-embedding', `Row ${first + row} of the embeddings ${what}.`, {
      place: { file },
      hint: 'Leave such rows out: every row needs an embedding of the same width.',
    })
  if (column.nullCount > 0)
    for (let row = from; row < to; row++) if (!column.isValid(row)) throw complain(row, 'is null')
  const values = new Float32Array((to - from) * dimensions)
  const numbers = DataType.isFixedSizeList(column.type) ? column.data[0]!.children[0] : undefined
  const flat = numbers?.nullCount === 0 ? numbers.values : undefined
  if (flat instanceof Float32Array || flat instanceof Float64Array) {
    values.set(flat.subarray(from * dimensions, to * dimensions))
    return values
  }
  for (let row = from, at = 0; row < to; row++) {
    const list = column.get(row) as Vector
    if (list.length !== dimensions) throw complain(row, `is ${list.length} wide, the first is ${dimensions}`)
    for (const value of list) {
      if (value === null) throw complain(row, 'holds a null among its numbers')
      values[at++] = value
    }
  }
  return values
}

/** Strings as they are, numbers and the like as text, nulls as undefined. */
export function textValues(column: Vector, from: number, to: number): (string | undefined)[] {
  return Array.from({ length: to - from }, (_, row) => {
    const value: unknown = column.get(from + row)
    return value === null || value === undefined ? undefined : String(value)
  })
}
