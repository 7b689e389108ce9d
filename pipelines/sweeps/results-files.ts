/** Results on disk: `results.csv` and `results.arrow` (a row a figure), `results.md` (tables), `results.json` (all). */
import { join } from 'node:path'
import {
  Field,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { writeDelimited } from '../../data/manifests/delimited.js'
import { makeFolder, writeWhole } from '../../data/whole-file.js'
import type { ResultRow } from './judge.js'
import type { SweepResults } from './results.js'
import { resultsText } from './results-text.js'

const COLUMNS = [
  'arm',
  'kind',
  'seed',
  'evaluation',
  'role',
  'classifier',
  'metric',
  'value',
  'low',
  'high',
  'state',
  'reason',
  'key',
] as const satisfies readonly (keyof ResultRow)[]

/** @returns the files */
export function writeResults(output: string, results: SweepResults): string[] {
  makeFolder(output)
  const put = (name: string, content: string | Uint8Array) => {
    writeWhole(join(output, name), content)
    return join(output, name)
  }
  return [
    put('results.csv', writeDelimited([COLUMNS, ...results.rows.map(row => COLUMNS.map(name => row[name]))], ',')),
    put('results.arrow', arrow(results)),
    put('results.md', `# ${results.name}\n\n${resultsText(results)}\n`),
    put('results.json', `${JSON.stringify(results, null, 1)}\n`),
  ]
}

function arrow({ name, against, rows }: SweepResults): Uint8Array {
  const typeOf = (column: string) =>
    column === 'seed' ? new Int32() : ['value', 'low', 'high'].includes(column) ? new Float64() : new Utf8()
  const fields = COLUMNS.map(column => new Field(column, typeOf(column), true))
  const metadata = { 'earshot.sweep': name, 'earshot.against': against }
  const schema = new Schema(fields, new Map(Object.entries(metadata)))
  const children = fields.map(
    field =>
      vectorFromArray(
        rows.map(row => row[field.name as keyof ResultRow]),
        field.type,
      ).data[0]!,
  )
  const data = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children })
  return tableToIPC(new Table(schema, [new RecordBatch(schema, data)]), 'file')
}
