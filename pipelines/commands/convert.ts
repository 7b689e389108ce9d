/** `earshot convert`: embeddings for programs that read other files. */
import { extname } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import { argument, json, option } from '../configuration/options.js'
import { command } from '../terminal/say.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot convert mine.arrow -o mine.parquet            pandas, DuckDB, Polars, embedding-atlas, Spotlight
  ./earshot convert mine.arrow -o mine.parquet --sounds   each row's sound, too, as far as 10 s
  ./earshot convert mine.arrow -o mine.csv                for R: read.csv("mine.csv")
  ./earshot convert mine.arrow -o mine.npy                float32, and mine.rows.csv says what the rows are

A Parquet file has the columns of the Arrow file, and besides: projection_x and projection_y, a map by UMAP;
neighbors, the nearest rows (ids) with their distances, 1 - cosine; and audio with --sounds, as data sets of Hugging Face
hold it: { bytes, path }, WAV of 16 kHz.
`

export default verb({
  name: 'convert',
  summary: 'write embeddings as Parquet, NumPy or a table, for other programs',
  takes: z.strictObject({
    file: argument('<embeddings.arrow>', 'Arrow file by `earshot embed`, or any with columns clip and embedding'),
    output: option('file', 'file to write: .parquet, .csv or .npy', z.string(), { short: 'o' }),
    map: z.boolean().optional().describe('places on a map; in Parquet if not said').meta({ negatable: true }),
    neighbours: z.int().min(0).max(1000).default(10).describe('nearest rows of each that a Parquet file names'),
    sounds: z.boolean().optional().describe('in Parquet: the sound of each row'),
    seconds: z.number().positive().max(600).default(10).describe('of a sound, at most'),
    json,
  }),
  help: EXAMPLES,
  run: async ({ file, output, map, sounds = false, json, edits: _, ...options }) => {
    const ending = extname(output).toLowerCase()
    if (ending !== '.parquet' && sounds)
      throw new Problem('bad-option', '--sounds go into Parquet files alone.', {
        hint: 'Name one that ends in .parquet.',
      })
    const { convertEmbeddings } = await import('../exchange/convert/convert-embeddings.js')
    const written = await convertEmbeddings({ ...options, file, output, map: map ?? ending === '.parquet', sounds })
    if (json) process.stdout.write(`${JSON.stringify(written)}\n`)
    else process.stdout.write(`${written.files.join(', ')}: ${written.rows} rows.\n${next(ending, output)}`)
  },
})

function next(ending: string, output: string): string {
  const opened: Record<string, string> = {
    '.parquet': command`embedding-atlas ${output} --x projection_x --y projection_y --neighbors neighbors`,
    '.csv': `Rscript -e 'rows <- read.csv("${output}")'`,
    '.npy': `python3 -c "import numpy; print(numpy.load('${output}').shape)"`,
  }
  return `Next:\n  ${opened[ending]}\n`
}
