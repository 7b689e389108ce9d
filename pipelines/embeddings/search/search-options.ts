/** What a search is asked for, on the command line and from TypeScript. */
import { z } from 'zod'
import { text, texts } from '../../configuration/options.js'

export const searchOptions = z.strictObject({
  not: texts('examples', 'what is not wanted, named alike'),
  query: text('file', 'embeddings that hold the examples, made by the same encoder'),
  run: text('run', 'run that made the embeddings: it embeds examples that are sound files'),
  count: z.int().min(1).default(10).describe('how many to show').meta({ short: 'n' }),
  exact: z.boolean().optional().describe('compare every row although there is an index'),
})

export interface SearchOptions extends Omit<z.output<typeof searchOptions>, 'not'> {
  not?: readonly string[]
  /** Embeddings to search in. */
  file: string
  /** Clips, row numbers, recordings, stretches of them (`night.flac@12.5-14 s`), sound files. */
  examples: readonly string[]
  /** Columns to show. */
  columns: readonly string[]
}
