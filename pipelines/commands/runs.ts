/** `earshot runs`: which runs there are, how far they are and what they reached. */
import { z } from 'zod'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot runs                       those below runs/
  ./earshot runs sweeps/ablation
  ./earshot runs --json
`

export default verb({
  name: 'runs',
  summary: 'list runs: state, step, loss beside chance, best probe, age',
  takes: z.strictObject({
    folder: z
      .string()
      .default('runs')
      .describe('where to look, also in folders of folders')
      .meta({ argument: '[folder]' }),
    json: z.boolean().optional().describe('print for tools'),
  }),
  help: EXAMPLES,
  run: async ({ folder, json }) => {
    const { listRuns, runsText } = await import('../reports/list-runs.js')
    const runs = listRuns(folder)
    const none = `No runs below ${folder}. ./earshot train CONFIG makes one.`
    const text = json ? JSON.stringify(runs, undefined, 2) : runs.length > 0 ? runsText(runs, Date.now() / 1000) : none
    process.stdout.write(`${text}\n`)
  },
})
