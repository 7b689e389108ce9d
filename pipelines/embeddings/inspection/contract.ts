/** The contract of embeddings files, version 1 (README.md beside this file), and what a file does against it. */
import { open } from 'node:fs/promises'
import { DataType, RecordBatchReader, type Schema } from 'apache-arrow'

export interface Breach {
  /** Column or metadata entry. */
  at: string
  /** What is wrong, and what was expected. */
  what: string
}

export interface Field {
  name: string
  type: string
}

/** Metadata that Earshot's own files have, by name. */
export const METADATA = [
  ...['contract', 'version', 'front-end', 'front-end-version', 'normalisation', 'checkpoint', 'step', 'graph-hash'],
  ...['graph', 'pooling', 'level', 'hop', 'layer', 'content'],
].map(name => `earshot.${name}`)

/** Columns and metadata of a file that `openEmbeddings` reads. */
export async function readSchema(file: string): Promise<Schema> {
  const handle = await open(file, 'r')
  const reader = await RecordBatchReader.from(handle)
  try {
    await reader.open({ autoDestroy: false })
    return reader.schema
  } finally {
    await reader.cancel()
  }
}

export const fieldsOf = ({ fields }: Schema): Field[] => fields.map(({ name, type }) => ({ name, type: String(type) }))

/** What the schema alone does against the contract. */
export function schemaBreaches(schema: Schema): Breach[] {
  const type = (name: string) => schema.fields.find(field => field.name === name)?.type
  const column = (name: string, fits: (type: DataType) => boolean, expected: string): Breach[] => {
    const found = type(name)
    if (!found) return [{ at: name, what: `is not there; expected ${expected}` }]
    return fits(found) ? [] : [{ at: name, what: `is ${found}; expected ${expected}` }]
  }
  const float32 = (type: DataType) => DataType.isFloat(type) && String(type) === 'Float32'
  const list = (type: DataType) => DataType.isFixedSizeList(type) && float32(type.children[0]!.type)
  return [
    ...column('embedding', list, 'FixedSizeList<float32>[D]'),
    ...column('clip', DataType.isUtf8, 'utf8'),
    ...column('path', DataType.isUtf8, 'utf8'),
    ...column('start', DataType.isFloat, 'float32 or float64, seconds'),
    ...column('end', DataType.isFloat, 'float32 or float64, seconds'),
    ...metadataBreaches(schema.metadata),
  ]
}

function metadataBreaches(metadata: ReadonlyMap<string, string>): Breach[] {
  const version = metadata.get('earshot.contract')
  if (version === undefined)
    return [{ at: 'metadata', what: `names no contract; expected earshot.contract and ${METADATA.length - 1} more` }]
  if (version !== '1') return [{ at: 'earshot.contract', what: `is '${version}'; this version knows '1'` }]
  return METADATA.filter(name => !metadata.has(name)).map(at => ({ at, what: 'is not there' }))
}

/** What the rows do against the contract, gathered batch by batch: each rule is told once, with its first row. */
export class RowRules {
  readonly #seen = new Map<string, { at: string; what: string; first: number; count: number }>()
  #clips: Set<string> | undefined

  /** @param level `earshot.level`: at the level of clips no clip may come twice */
  constructor(level: string | undefined) {
    this.#clips = level === 'clip' ? new Set() : undefined
  }

  row(row: number, clip: string, start: number | undefined, end: number | undefined, finite: boolean): void {
    if (!finite) this.#against('embedding', 'holds numbers that are not finite', row)
    if (this.#clips?.has(clip)) this.#against('clip', 'comes twice, though the level is clip', row)
    this.#clips?.add(clip)
    if (start === undefined || end === undefined) return
    if (!(start >= 0 && end >= start)) this.#against('start', 'is below 0 or after its end', row)
  }

  get breaches(): Breach[] {
    return [...this.#seen.values()].map(({ at, what, first, count }) => ({
      at,
      what: `${what}: ${count === 1 ? `row ${first}` : `${count} rows, the first is row ${first}`}`,
    }))
  }

  #against(at: string, what: string, row: number): void {
    const seen = this.#seen.get(what)
    if (seen) seen.count++
    else this.#seen.set(what, { at, what, first: row, count: 1 })
  }
}
