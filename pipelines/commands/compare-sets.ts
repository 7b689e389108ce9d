/** `earshot compare-sets`: do two sets of recordings sound alike? */
import { z } from 'zod'
import { option } from '../configuration/options.js'
import { withBar } from '../terminal/progress.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot compare-sets spring/ autumn/                 by the levels of 48 bands, without any encoder
  ./earshot compare-sets spring.arrow autumn.arrow       by embeddings of one encoder; the bands are told as well
  ./earshot compare-sets spring/ autumn/ --json

p says how often sides drawn anew are as far apart (999 draws, a recording as a whole); of the bands, the furthest of all.
`

const set = z.string().describe('folder, table, data set file, or embeddings')

export default verb({
  name: 'compare-sets',
  summary: 'say whether two sets of recordings sound alike, in which bands they differ, and which clips are strangest',
  takes: z.strictObject({
    first: set.meta({ argument: '<first>' }),
    second: set.meta({ argument: '<second>' }),
    most: option('count', 'clips of each set; of more, so many are drawn', z.int().min(5).default(300)),
    json: z.boolean().optional().describe('print for tools'),
  }),
  help: EXAMPLES,
  run: async ({ first, second, most, json }) => {
    const { compareSets } = await import('../datasets/alike/compare-sets.js')
    const { comparisonText } = await import('../datasets/alike/text.js')
    const found = await withBar('listening', progress => compareSets({ sets: [first, second], most, progress }))
    process.stdout.write(json ? `${JSON.stringify(found, null, 1)}\n` : comparisonText(found))
  },
})
