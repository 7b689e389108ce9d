/** `earshot runs`: which runs there are, how far they are and what they reached. */
import type { Command } from 'commander'

const EXAMPLES = `
Examples:
  ./earshot runs                       those below runs/
  ./earshot runs sweeps/ablation
  ./earshot runs --json
`

export default (program: Command): void => {
  program
    .command('runs')
    .description('list runs: state, step, loss beside chance, best probe, age')
    .argument('[folder]', 'where to look, also in folders of folders', 'runs')
    .option('--json', 'print for tools')
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, { json }: { json?: true }) => {
      const { listRuns, runsText } = await import('../reports/list-runs.js')
      const runs = listRuns(folder)
      const none = `No runs below ${folder}. ./earshot train CONFIG makes one.`
      const text = json
        ? JSON.stringify(runs, undefined, 2)
        : runs.length > 0
          ? runsText(runs, Date.now() / 1000)
          : none
      process.stdout.write(`${text}\n`)
    })
}
