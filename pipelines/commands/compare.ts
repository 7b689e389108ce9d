/** `earshot compare`: what two runs differ in, and whether one is better. */
import type { Command } from 'commander'

const EXAMPLES = `
Examples:
  ./earshot compare runs/pool-0 runs/no-mix-back
  ./earshot compare runs/pool-0 runs/pool-1 --json
`

export default (program: Command): void => {
  program
    .command('compare')
    .description('compare two runs: configs, graphs, figures, and probes pair by pair')
    .argument('<first>', 'run folder')
    .argument('<second>', 'run folder')
    .option('--json', 'print for tools')
    .addHelpText('after', EXAMPLES)
    .action(async (first: string, second: string, { json }: { json?: true }) => {
      const [{ compareRuns }, { comparisonText }] = await Promise.all([
        import('../reports/compare-runs.js'),
        import('../reports/comparison-text.js'),
      ])
      const comparison = await compareRuns(first, second)
      process.stdout.write(`${json ? JSON.stringify(comparison, undefined, 2) : comparisonText(comparison)}\n`)
    })
}
