/** A probe from file to result. Says nothing itself. */
import { basename } from 'node:path'
import { missingColumn } from '../embeddings/arrow-missing-column.js'
import { openEmbeddings } from '../embeddings/arrow-reader.js'
import { type ClipTable, readClipTable } from './clip-table.js'
import { type Comparison, compare, stepsOf } from './compare.js'
import { type Asked, chooseExamples, count, type Examples } from './examples.js'
import { readLabelTable } from './label-table.js'
import { matchClips } from './match-clips.js'
import { rowsOf } from './products.js'
import { gatherContestants } from './rulers.js'

/** Row of embeddings by Earshot; those of others go by the name of their file. */
export const OWN_NAME = 'trained'

export interface ProbeOptions extends Asked {
  file: string
  /** A table that brings label columns. */
  labels?: string | undefined
  against: readonly string[]
}

export interface ProbeResult {
  options: ProbeOptions
  table: Pick<ClipTable, 'file' | 'columns' | 'metadata' | 'rows'>
  examples: Examples
  comparison: Comparison
  /** Rulers that are not there. */
  missing: string[]
}

/**
 * @param begin called once the number of steps is known; its answer is called after each
 * @throws Problem for everything that a person can mend
 */
export async function runProbe(
  options: ProbeOptions,
  begin: (steps: number) => () => void = () => () => {},
): Promise<ProbeResult> {
  const { file, against, seed } = options
  const { table, values, notes } = await withLabels(options)
  const examples = chooseExamples(table, values, options)
  const missing: string[] = []
  const rivals = await gatherContestants(table, examples.rows, against, name => missing.push(name))
  const own = {
    name: Object.keys(table.metadata).some(key => key.startsWith('earshot.')) ? OWN_NAME : basename(file, '.arrow'),
    file,
    features: rowsOf(table.features, examples.rows),
  }
  examples.notes.unshift(...notes)
  const tick = begin(stepsOf(1 + rivals.length, examples))
  const comparison = await compare([own, ...rivals], examples, seed, tick)
  return { options, table, examples, comparison, missing }
}

/** The clips with the columns that were asked for, from the file or from the table of labels. */
async function withLabels({ file, label, group, split, labels }: ProbeOptions) {
  const asked = [label, group, split].filter(name => name !== undefined)
  const brought = labels === undefined ? undefined : readLabelTable(labels)
  const inFile = brought ? await columnsOf(file) : []
  for (const name of asked)
    if (brought && !brought.columns.has(name) && !inFile.includes(name))
      throw missingColumn(name, [...brought.columns.keys(), ...inFile], brought.file)
  const own = asked.filter(name => !brought?.columns.has(name))
  const table = await readClipTable(file, own)
  const notes: string[] = []
  if (table.rows > table.clips.length)
    notes.push(`${table.rows} rows averaged to ${count(table.clips.length, 'clip')}.`)
  const found =
    brought &&
    matchClips(
      table.clips.map((clip, at) => [clip, ...(table.paths[at] === undefined ? [] : [table.paths[at]])]),
      brought.clips,
    )
  const lacking = found?.filter(row => row === undefined).length ?? 0
  if (brought && lacking > 0) notes.push(`${count(lacking, 'clip')} not found in ${brought.file}.`)
  const values = (name: string) => {
    const column = brought?.columns.get(name)
    return column && found ? found.map(row => (row === undefined ? undefined : column[row])) : table.values.get(name)!
  }
  return { table, values, notes }
}

async function columnsOf(file: string): Promise<string[]> {
  const source = await openEmbeddings(file)
  await source.close()
  return source.columns
}
