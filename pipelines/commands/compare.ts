/** `earshot compare`: what two runs differ in, and whether one is better. */
import { z } from 'zod'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot compare runs/pool-0 runs/no-mix-back
  ./earshot compare runs/pool-0 runs/pool-1 --json
`

const run = z.string().describe('run folder')

export default verb({
  name: 'compare',
  summary: 'compare two runs: configs, graphs, figures, and probes pair by pair',
  takes: z.strictObject({
    first: run.meta({ argument: '<first>' }),
    second: run.meta({ argument: '<second>' }),
    json: z.boolean().optional().describe('print for tools'),
  }),
  help: EXAMPLES,
  run: async ({ first, second, json }) => {
    const { compareRuns, comparisonText } = await import('../reports/compare-runs.js')
    const comparison = await compareRuns(first, second)
    process.stdout.write(`${json ? JSON.stringify(comparison, undefined, 2) : comparisonText(comparison)}\n`)
  },
})
