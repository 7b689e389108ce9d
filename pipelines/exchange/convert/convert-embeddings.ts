/** Embeddings in the file formats of others, written whole or not at all. */
import { renameSync, rmSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { demandOthers, demandOutput } from '../../../data/output-file.js'
import { Problem } from '../../../data/problem.js'
import { beginPart, makeFolder, onDisk } from '../../../data/whole-file.js'
import { labelColumns } from '../../embeddings/arrow-writer.js'
import { withBar } from '../../terminal/progress.js'
import { convertedRows, surroundings } from './converted-rows.js'
import { writeParquet } from './write-parquet.js'
import { writeCsv, writeNpy } from './write-plain.js'

export interface ConvertOptions {
  /** Arrow file. */
  file: string
  /** Its ending says which format: .parquet, .csv or .npy. */
  output: string
  /** Whether rows get places on a map. */
  map: boolean
  /** Nearest rows of each, in Parquet. */
  neighbours: number
  /** Whether the sound of each row goes along, in Parquet. */
  sounds: boolean
  /** Of a sound, at most. */
  seconds: number
}

export interface Converted {
  rows: number
  dimensions: number
  files: string[]
  /** Sounds that could not be read. */
  silent: number
}

const KINDS = { '.parquet': 'Parquet', '.csv': 'CSV', '.npy': 'NumPy' } as const

/** @throws Problem `other-kind` for another ending; those of reading embeddings, and of writing files */
export async function convertEmbeddings(options: ConvertOptions): Promise<Converted> {
  const { file, output, map } = options
  const ending = extname(output).toLowerCase() as keyof typeof KINDS
  if (!KINDS[ending])
    throw new Problem('other-kind', `${output}: embeddings are written as .parquet, .csv or .npy.`, {
      hint: 'Name such a file with -o.',
    })
  demandOutput(output, KINDS[ending], [file])
  const table = output.replace(/\.npy$/i, '.rows.csv')
  if (ending === '.npy') demandOthers([table], [file])
  const source = await openEmbeddings(file)
  const { rows, dimensions, metadata } = source
  const labels = labelColumns(source.columns)
  await source.close()
  const neighbours = ending === '.parquet' ? options.neighbours : 0
  const beside = await withBar('places on the map', progress => surroundings(file, { map, neighbours, progress }))
  const all = () => convertedRows(file, beside)
  const done = { rows, dimensions, files: ending === '.npy' ? [output, table] : [output], silent: 0 }
  if (ending === '.csv') await whole(output, part => writeCsv(part, all(), { labels, dimensions, map }))
  else if (ending === '.npy') {
    await whole(table, part => writeCsv(part, all(), { labels, dimensions: 0, map }))
    await whole(output, part => writeNpy(part, all(), { rows, dimensions }))
  } else
    await whole(output, async part => {
      done.silent = await writeParquet(part, all(), { ...options, neighbours, labels, metadata })
    })
  return done
}

/** Under another name until it is whole. */
async function whole(file: string, write: (part: string) => Promise<void>): Promise<void> {
  makeFolder(dirname(file))
  const part = onDisk(dirname(file), () => beginPart(file))
  try {
    await write(part)
    onDisk(dirname(file), () => renameSync(part, file))
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}
