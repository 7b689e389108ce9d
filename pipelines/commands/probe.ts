/** `earshot probe`: what embeddings are worth to a shallow classifier, beside baselines. */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { demandOutput } from '../../data/output-file.js'
import { Problem } from '../../data/problem.js'
import type { Budget } from '../evaluation/probes/fewer-labels.js'
import type { Official } from '../evaluation/probes/published-protocol.js'
import type { MultiLabelResult, ProbeOptions, ProbeResult, ProbeResultOf } from '../evaluation/probes/run-probe.js'
import { wholeNumber } from './whole-number.js'

interface Flags {
  label?: string
  protocol?: string
  labelsSeparator?: string
  group?: string
  folds: string
  split?: string
  labels?: string
  against: string[]
  classifier?: string[]
  perClass?: string
  shares?: string
  repeats: string
  gridPoints: string
  seed: string
  json?: string
}

/** Points of HEAR's grid. */
const HEAR_POINTS = 16

const EXAMPLES = `
Examples:
  ./earshot probe my-sounds.arrow --label class
  ./earshot probe drums.arrow --label label --group kit          kits held out whole
  ./earshot probe esc50.arrow --label category --split fold      each fold held out in turn
  ./earshot probe fsd50k.arrow --protocol fsd50k                 the official parts and figure of a published data set
  ./earshot probe a.arrow --label class --against b.arrow        paired difference of two files
  ./earshot probe theirs.arrow --labels labels.tsv --label class labels joined by file name
  ./earshot probe scenes.arrow --label events --labels-separator ';'   several classes a clip: mAP, d', lwlrap
  ./earshot probe drums.arrow --label label --classifier mlp centroid
  ./earshot probe drums.arrow --label label --classifier hear --grid-points 4   HEAR's protocol, a quarter of its grid
  ./earshot probe patches.arrow --label label --classifier attentive            embed ... --level patch
  ./earshot probe block3.arrow block4.arrow --label label --classifier weighted-layers   embed ... --layer
  ./earshot probe drums.arrow --label label --shares 5%,10%      a learning curve, as table and picture
`

export default function probe(program: Command): void {
  program
    .command('probe')
    .description('Say what embeddings are worth: shallow classifiers, beside baselines and chance.')
    .argument(
      '<embeddings.arrow...>',
      'file by `earshot embed`, or any Arrow file with columns clip and embedding; several: layers of the same clips',
    )
    .option('--label <column>', 'column of the classes')
    .option(
      '--protocol <adapter>',
      'label, parts and figure as the authors of a published data set ask for: esc-50, fsd50k, ... (data list-adapters)',
    )
    .option('--labels-separator <text>', "what stands between the classes of a clip that may have several, ';' say")
    .option('--group <column>', 'hold out whole groups (speaker, kit, site), and resample them for the intervals')
    .option('--folds <k>', 'number of folds', '5')
    .option('--split <column>', "fixed split: tested on 'test' if there is such a value, else each value in turn")
    .option('--labels <table>', 'TSV or CSV that brings the columns, joined by clip or file name')
    .option('--against <files...>', 'more embeddings of the same clips, compared pairwise', [])
    .option(
      '--classifier <names...>',
      'logistic-regression, knn, centroid; mlp (512 hidden units), hear (the networks of its grid), attentive (over the ' +
        'rows of a clip), weighted-layers (over several files). Default: the first two',
    )
    .option('--grid-points <n>', "settings of HEAR's grid that hear tries, 1 to 16", '8')
    .option('--per-class <counts>', 'also with so few labelled clips a class: 5, or 1,5,20')
    .option('--shares <percentages>', 'also with a share of the labels, as a learning curve: 5%,10%')
    .option('--repeats <n>', 'draws of the labels for --per-class and --shares', '5')
    .option('--seed <n>', 'seed of folds and resamples', '0')
    .option('--json <file>', 'where the result is saved (default: probes/ of the run, else beside the embeddings)')
    .addHelpText('after', EXAMPLES)
    .action(run)
}

async function run(files: string[], given: Flags): Promise<void> {
  const published = await import('../evaluation/probes/published-protocol.js')
  const adapter = given.protocol === undefined ? undefined : published.protocolOf(given.protocol)
  const options = optionsOf(files, adapter ? await published.withProtocol(adapter, given, files[0]!) : given)
  const officialOf = (result: ProbeResult | MultiLabelResult) => adapter && published.officialOf(adapter, result)
  const said = (official: Official | undefined, result: ProbeResult | MultiLabelResult) =>
    official ? `\n\n${published.officialText(official, result.comparison.rows[0]!.name)}` : ''
  const { separator } = options
  const [{ runProbe, runMultiLabelProbe }, text, saved] = await Promise.all([
    import('../evaluation/probes/run-probe.js'),
    import('../evaluation/probes/result-text.js'),
    import('../evaluation/probes/result-file.js'),
  ])
  const target = given.json ?? saved.resultFile(options)
  demandOutput(target, 'JSON', [
    ...files,
    ...options.against,
    ...(options.labels === undefined ? [] : [options.labels]),
  ])
  if (separator === undefined) {
    const result = await withBar(begin => runProbe(options, begin))
    const official = officialOf(result)
    const write = () => saved.writeResult(target, result, official)
    const shown = {
      text: text.resultText(result) + said(official, result),
      metric: 'balanced',
      title: 'balanced accuracy',
    } as const
    await show(result, { target, write, ...shown })
  } else {
    const result = await withBar(begin => runMultiLabelProbe({ ...options, separator }, begin))
    const official = officialOf(result)
    const write = () => saved.writeMultiLabelResult(target, result, official)
    const shown = { text: text.multiLabelText(result) + said(official, result), metric: 'map', title: 'mAP' } as const
    await show(result, { target, write, ...shown })
  }
}

async function withBar<Result>(work: (begin: (steps: number) => () => void) => Promise<Result>): Promise<Result> {
  const { progress } = await import('../terminal/progress.js')
  let bar: { tick(): void; done(): void } | undefined
  const begin = (steps: number) => {
    bar = progress('probe', steps)
    return () => bar?.tick()
  }
  return work(begin).finally(() => bar?.done())
}

interface Shown<M extends string> {
  /** File of the result. */
  target: string
  write(): void
  text: string
  /** Drawn over the number of labels. */
  metric: M
  title: string
}

async function show<M extends string>(
  result: ProbeResultOf<M>,
  { target, write, text, metric, title }: Shown<M>,
): Promise<void> {
  const replaced = existsSync(target)
  write()
  const pictures: string[] = []
  if (result.curve.length > 0) {
    const [{ curvePicture }, { writeCurve }] = await Promise.all([
      import('../evaluation/probes/curve-picture.js'),
      import('../evaluation/probes/write-curve.js'),
    ])
    pictures.push(...(await writeCurve(target, curvePicture(result, metric, title))))
  }
  const saved = `Saved: ${target}${replaced ? ' (in place of an earlier one)' : ''}`
  process.stdout.write(`${text}\n${[saved, ...pictures].join(', ')}\n`)
}

function optionsOf([file, ...layers]: string[], flags: Flags): ProbeOptions {
  const { label, labelsSeparator, group, split, labels, against, classifier } = flags
  if (label === undefined)
    throw new Problem('bad-option', 'Nothing says what the classes are.', {
      hint: 'Give --label, the column of the classes, or --protocol for a published data set.',
    })
  if (labelsSeparator === '') throw new Problem('bad-option', "--labels-separator '': expected a text, such as ';'.")
  const budgets = [...counts(flags.perClass), ...shares(flags.shares)]
  return {
    ...{ file: file!, label, group, split, labels, against, separator: labelsSeparator },
    ...(layers.length > 0 && { layers }),
    // several words, or one with commas
    classifiers: classifier?.flatMap(names => names.split(',')).filter(name => name !== ''),
    folds: wholeNumber('--folds', flags.folds, 2),
    gridPoints: wholeNumber('--grid-points', flags.gridPoints, 1, HEAR_POINTS),
    seed: wholeNumber('--seed', flags.seed, 0),
    ...(budgets.length > 0 && { budgets, repeats: wholeNumber('--repeats', flags.repeats, 1) }),
  }
}

const counts = (text: string | undefined): Budget[] =>
  (text?.split(',') ?? []).map(part => ({ perClass: wholeNumber('--per-class', part.trim(), 1) }))

function shares(text: string | undefined): Budget[] {
  return (text?.split(',') ?? []).flatMap(part => {
    const percent = /^\d+(\.\d+)?%$/.test(part.trim()) ? Number(part.trim().slice(0, -1)) : Number.NaN
    if (!(percent > 0 && percent <= 100))
      throw new Problem('bad-option', `--shares ${text}: expected percentages above 0 up to 100, such as 5%,10%.`)
    return percent === 100 ? [] : [{ share: percent / 100 }] // all labels are always probed
  })
}
