/** `earshot evaluate-separation`: what a separator is worth on mixtures whose stems are known. */
import { mkdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { demandOutput } from '../../data/output-file.js'
import { stoppable } from '../terminal/interrupt.js'
import { wholeNumber } from './whole-number.js'

interface Flags {
  output?: string
  processors?: string
  stems: string
  count?: string
}

const EXAMPLES = `
Examples:
  ./earshot scenes configs/scenes/drums-mixtures.yaml -o scenes/drums-mixtures
  ./earshot evaluate-separation runs/mixit-pool16k scenes/drums-mixtures/manifest.tsv
  ./earshot evaluate-separation runs/mixit-pool16k scenes/drums-mixtures/manifest.tsv --processors runs/mixit-pool16k@250
`

export default function register(program: Command): void {
  program
    .command('evaluate-separation')
    .description('measure a separator on mixtures with known stems, beside the untrained one and the ideal mask')
    .argument('<run>', 'run folder of a separator (its newest checkpoint), RUN@step, or a checkpoint')
    .argument('<manifest>', "table of mixtures with a column of stems, as './earshot scenes' writes it")
    .option('-o, --output <file>', 'JSON file to write; separation/<name of the mixtures>.json in the run if not given')
    .option('--processors <list>', 'further separators, with commas between: runs/mixit@250,runs/mixit@750')
    .option('--stems <column>', 'column with the stems of each mixture, separated by ;', 'stems')
    .option('-n, --count <mixtures>', 'only so many, the first ones')
    .addHelpText('after', EXAMPLES)
    .action(evaluate)
}

async function evaluate(run: string, manifest: string, flags: Flags): Promise<void> {
  const others = flags.processors?.split(',').map(name => name.trim()) ?? []
  const count = flags.count === undefined ? undefined : wholeNumber('--count', flags.count, 1)
  const { locateCheckpoint } = await import('../../engine/checkpoints/find.js')
  const { evaluateSeparation } = await import('../separation/evaluate.js')
  const { evaluationText } = await import('../separation/evaluation-text.js')
  const { onDisk, writeWhole } = await import('../../data/whole-file.js')
  const output = flags.output ?? usualFile(locateCheckpoint(run).file, manifest)
  demandOutput(output, 'JSON', [manifest])
  await stoppable(async signal => {
    const evaluation = await evaluateSeparation({ run, others, manifest, column: flags.stems, count, signal })
    onDisk(dirname(output), () => mkdirSync(dirname(output), { recursive: true }))
    writeWhole(output, `${JSON.stringify(evaluation, undefined, 1)}\n`)
    process.stdout.write(
      `${evaluationText(evaluation)}\n${output}\nNext:\n  ./earshot separate ${run} ${manifest} -o separated --count 5\n`,
    )
  }, `Stopped; ${output} has not been written.`)
}

/** In the run folder of a checkpoint: by the folder that the manifest lies in, if it is called just that. */
function usualFile(checkpoint: string, manifest: string): string {
  const name = basename(manifest).replace(/\.\w+$/, '')
  const named = name === 'manifest' ? basename(dirname(resolve(manifest))) : name
  return join(dirname(dirname(checkpoint)), 'separation', `${named}.json`)
}
