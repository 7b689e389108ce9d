/** `earshot tables`: no figure of a page is typed by hand. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import { argument } from '../configuration/options.js'
import { verb } from './verb.js'

const HELP = `
A table stands between two lines, and is written anew from the JSON file that the first one names, which lies beside the page:
  <!-- table { from: results/my-sweep.json, on: [drums, words], by: logistic regression } -->
  <!-- end -->
results.json of a sweep gives its arms (rows: [ARM, ...] some of them; claims: true its claims), a .probe.json the embeddings
beside their baselines, and any other JSON { "rows": [{ "column": value, ... }], "note": "..." } just these rows.

Examples:
  cp runs/sweeps/my-sweep/results.json results/my-sweep.json && ./earshot tables notes.md
  ./earshot tables configs/RESULTS.md bench/README.md --check
`

export default verb({
  name: 'tables',
  summary: 'write the tables of Markdown pages from the results that they name',
  takes: z.strictObject({
    pages: argument('<pages...>', 'Markdown files'),
    check: z.boolean().optional().describe('write nothing; fail if a table is not what its file says'),
  }),
  help: HELP,
  run: async ({ pages, check }) => {
    const { withTables } = await import('../reports/page-tables.js')
    const { writeWhole } = await import('../../data/whole-file.js')
    const made = pages.map(page => ({ page, text: withTables(page) }))
    const old = made.filter(({ page, text }) => readFileSync(page, 'utf8') !== text)
    if (check && old.length > 0)
      throw new Problem('old-tables', 'A table is not what its file says.', {
        place: { file: old[0]!.page },
        hint: `./earshot tables ${old.map(({ page }) => page).join(' ')} writes it anew.`,
      })
    for (const { page, text } of check ? [] : old) writeWhole(page, text)
    for (const { page } of made)
      process.stdout.write(`${page}: ${old.some(one => one.page === page) ? 'written' : 'as its files say'}\n`)
  },
})
