/** What a tap is told, on the command line and from TypeScript. */
import { z } from 'zod'
import type { Edit } from '../../../graphs/language/edit.js'
import { argument, option, text } from '../../configuration/options.js'

export const tapOptions = z.strictObject({
  file: argument('<file>', 'a graph or config (YAML)'),
  node: argument('<node>', 'a node, one side of its pair, or one channel: near, near.a, parts.2'),
  count: option('clips', 'clips to show, in the order of training', z.int().min(1).default(8), { short: 'n' }),
  output: text('folder', 'folder to write; taps/<name of the graph>/<node> if not given', { short: 'o' }),
  data: text('set', "sounds in place of the config's own: a folder, a table, a data set file"),
  seed: z.int().min(0).optional().describe("run seed, on which all draws hang; the config's own if not given"),
  workers: option('count', 'worker threads for decoding; cores - 1 if not given', z.int().min(1).optional()),
})

export interface TapRequest extends z.output<typeof tapOptions> {
  /** Changes to the graph first. */
  edits?: readonly Edit[]
  /** Folder of the feature cache. */
  cache: string
}
