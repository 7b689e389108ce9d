/**
 * How a bench ends: its rows as a Markdown table and, if a file is named, as JSON that `./earshot tables` puts into a page,
 * with the command, the processor and the day.
 */
import { cpus } from 'node:os'
import { basename } from 'node:path'
import { writeWhole } from '../data/whole-file.js'
import { type Rows, tableOfRows } from '../pipelines/reports/page-tables.js'

/** @param file where `--json` says @param how measured, for the reader of the page: `float32, medians of 5 rounds` */
export function tellRows(rows: Rows['rows'], file: string | undefined, how: string): void {
  console.log(tableOfRows(rows))
  if (file === undefined) return
  const bench = basename(process.argv[1]!)
  const day = new Date().toISOString().slice(0, 10)
  const note = `\`node dist/bench/${bench}\`: ${how}; ${cpus().length} x ${cpus()[0]!.model.trim()}, ${day}.`
  writeWhole(file, `${JSON.stringify({ rows, note }, null, 1)}\n`)
}

/** Three digits, which is as much as a measurement is good for. */
export const rounded = (value: number) => Number(value.toPrecision(3))
