/** `earshot merge`: several files of embeddings become one. */

import { z } from 'zod'
import { argument, json, option } from '../configuration/options.js'
import { plural } from '../terminal/numbers.js'
import { command } from '../terminal/say.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot merge parts/*.arrow -o sounds.arrow       shards of one list, in the order of the list
  ./earshot merge monday.arrow tuesday.arrow -o week.arrow
`

export default verb({
  name: 'merge',
  summary: 'put files of embeddings together: shards of a list, or several recordings by the same checkpoint',
  takes: z.strictObject({
    files: argument('<file...>', 'Arrow files by earshot embed'),
    output: option('file', 'Arrow file to write', z.string(), { short: 'o' }),
    json,
  }),
  help: EXAMPLES,
  run: async ({ files, output, json }) => {
    const { mergeEmbeddings } = await import('../embeddings/merge-embeddings.js')
    const merged = await mergeEmbeddings(files, output)
    if (json) {
      process.stdout.write(`${JSON.stringify({ output, ...merged })}\n`)
      return
    }
    const { rows, baselines, without, columns } = merged
    const beside = baselines.length > 0 ? `, and its baselines (${baselines.join(', ')})` : ''
    const lost = without === undefined ? '' : `Baselines were left out: ${without} has none.\n`
    const next = columns[0] === undefined ? '' : command`Next:\n  ./earshot probe ${output} --label ${columns[0]}\n`
    process.stdout.write(
      `${output}: ${plural(rows, 'row')} of ${plural(files.length, 'file')}${beside}.\n${lost}${next}`,
    )
  },
})
