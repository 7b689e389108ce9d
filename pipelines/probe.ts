/** `earshot probe`: what embeddings are worth to a shallow classifier, beside rulers. */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { Problem } from '../data/problem.js'

interface Flags {
  label: string
  group?: string
  folds: string
  split?: string
  labels?: string
  against: string[]
  seed: string
  json?: string
}

const EXAMPLES = `
Examples:
  ./earshot probe my-sounds.arrow --label class
  ./earshot probe drums.arrow --label label --group kit          kits held out whole
  ./earshot probe esc50.arrow --label category --split fold      each fold held out in turn
  ./earshot probe a.arrow --label class --against b.arrow        paired difference of two files
  ./earshot probe theirs.arrow --labels labels.tsv --label class labels joined by file name
`

export default function probe(program: Command): void {
  program
    .command('probe')
    .description('Say what embeddings are worth: logistic regression and kNN, beside rulers and chance.')
    .argument('<embeddings.arrow>', 'file by `earshot embed`, or any Arrow file with columns clip and embedding')
    .requiredOption('--label <column>', 'column of the classes')
    .option('--group <column>', 'hold out whole groups (speaker, kit, site), and resample them for the intervals')
    .option('--folds <k>', 'number of folds', '5')
    .option('--split <column>', "fixed split: tested on 'test' if there is such a value, else each value in turn")
    .option('--labels <table>', 'TSV or CSV that brings the columns, joined by clip or file name')
    .option('--against <files...>', 'more embeddings of the same clips, compared pairwise', [])
    .option('--seed <n>', 'seed of folds and resamples', '0')
    .option('--json <file>', 'where the result is saved (default: probes/ of the run, else beside the embeddings)')
    .addHelpText('after', EXAMPLES)
    .action(run)
}

async function run(file: string, flags: Flags): Promise<void> {
  const options = {
    ...{ file, label: flags.label, group: flags.group, split: flags.split, labels: flags.labels },
    ...{
      against: flags.against,
      folds: wholeNumber('--folds', flags.folds, 2),
      seed: wholeNumber('--seed', flags.seed, 0),
    },
  }
  const [{ runProbe }, { resultText }, { resultFile, writeResult }, { progress }] = await Promise.all([
    import('./probes/run-probe.js'),
    import('./probes/result-text.js'),
    import('./probes/result-file.js'),
    import('./progress.js'),
  ])
  let bar: { tick(): void; done(): void } | undefined
  const result = await runProbe(options, steps => {
    bar = progress('probe', steps)
    return () => bar?.tick()
  }).finally(() => bar?.done())
  const target = flags.json ?? resultFile(options)
  const replaced = existsSync(target)
  writeResult(target, result)
  process.stdout.write(`${resultText(result)}\nSaved: ${target}${replaced ? ' (in place of an earlier one)' : ''}\n`)
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least) return value
  throw new Problem('bad-option', `${flag} ${text}: expected a whole number from ${least}.`)
}
