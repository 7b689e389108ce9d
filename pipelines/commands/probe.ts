/** `earshot probe`: what embeddings are worth to a shallow classifier, beside baselines. */
import { existsSync } from 'node:fs'
import { z } from 'zod'
import { demandOutput } from '../../data/output-file.js'
import { Problem } from '../../data/problem.js'
import { argument, option, text } from '../configuration/options.js'
import type { Budget } from '../evaluation/probes/fewer-labels.js'
import { type ProbeOptions, probeOptions } from '../evaluation/probes/probe-options.js'
import type { Official } from '../evaluation/probes/published-protocol.js'
import type { MultiLabelResult, ProbeResult, ProbeResultOf } from '../evaluation/probes/run-probe.js'
import { verb } from './verb.js'

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

/** Parts of a text between commas, each of which has to fit. */
const listed = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .string()
    .transform(text => text.split(',').map(part => part.trim()))
    .pipe(z.array(item))

const perClass = z
  .string()
  .regex(/^[1-9]\d*$/, 'expected whole numbers from 1, such as 5 or 1,5,20')
  .transform((text): Budget => ({ perClass: Number(text) }))

const percentage = z
  .string()
  .regex(/^(100(\.0+)?|\d{1,2}(\.\d+)?)%$/, 'expected percentages above 0 up to 100, such as 5%,10%')
  .transform(text => Number(text.slice(0, -1)) / 100)
  .refine(share => share > 0, 'expected percentages above 0 up to 100, such as 5%,10%')

const flags = z.strictObject({
  files: argument(
    '<embeddings.arrow...>',
    'file by `earshot embed`, or any Arrow file with columns clip and embedding; several: layers of the same clips',
  ),
  ...probeOptions.shape,
  label: probeOptions.shape.label.optional(),
  protocol: text(
    'adapter',
    'label, parts and figure as the authors of a published data set ask for: esc-50, fsd50k, ... (data list-adapters)',
  ),
  labelsSeparator: z
    .string()
    .min(1)
    .optional()
    .describe("what stands between the classes of a clip that may have several, ';' say"),
  perClass: option('counts', 'also with so few labelled clips a class: 5, or 1,5,20', listed(perClass).optional()),
  shares: option(
    'percentages',
    'also with a share of the labels, as a learning curve: 5%,10%',
    listed(percentage)
      // all labels are always probed
      .transform(shares => shares.filter(share => share < 1).map((share): Budget => ({ share })))
      .optional(),
  ),
  json: text('file', 'where the result is saved (default: probes/ of the run, else beside the embeddings)'),
})

export default verb({
  name: 'probe',
  summary: 'Say what embeddings are worth: shallow classifiers, beside baselines and chance.',
  takes: flags,
  help: EXAMPLES,
  run: async ({ files, protocol, json, edits: _, ...given }) => {
    const published = await import('../evaluation/probes/published-protocol.js')
    const adapter = protocol === undefined ? undefined : published.protocolOf(protocol)
    const flags = adapter ? await published.withProtocol(adapter, given, files[0]!) : given
    const options = optionsOf(files, flags)
    const officialOf = (result: ProbeResult | MultiLabelResult) => adapter && published.officialOf(adapter, result)
    const said = (official: Official | undefined, result: ProbeResult | MultiLabelResult) =>
      official ? `\n\n${published.officialText(official, result.comparison.rows[0]!.name)}` : ''
    const { separator } = options
    const { runProbe, runMultiLabelProbe } = await import('../evaluation/probes/run-probe.js')
    const text = await import('../evaluation/probes/result-text.js')
    const saved = await import('../evaluation/probes/result-file.js')
    const { withBars } = await import('../terminal/progress.js')
    const target = json ?? saved.resultFile(options)
    const { against, labels } = options
    demandOutput(target, 'JSON', [...files, ...against, ...(labels === undefined ? [] : [labels])])
    if (separator === undefined) {
      const result = await withBars(begin => runProbe(options, steps => begin('probe', steps)))
      const official = officialOf(result)
      const write = () => saved.writeResult(target, result, official)
      const shown = {
        text: text.resultText(result) + said(official, result),
        metric: 'balanced',
        title: 'balanced accuracy',
      } as const
      await show(result, { target, write, ...shown })
    } else {
      const result = await withBars(begin =>
        runMultiLabelProbe({ ...options, separator }, steps => begin('probe', steps)),
      )
      const official = officialOf(result)
      const write = () => saved.writeMultiLabelResult(target, result, official)
      const shown = { text: text.multiLabelText(result) + said(official, result), metric: 'map', title: 'mAP' } as const
      await show(result, { target, write, ...shown })
    }
  },
})

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
    const { curvePicture, writeCurve } = await import('../evaluation/probes/curve-picture.js')
    pictures.push(...(await writeCurve(target, curvePicture(result, metric, title))))
  }
  const saved = `Saved: ${target}${replaced ? ' (in place of an earlier one)' : ''}`
  process.stdout.write(`${text}\n${[saved, ...pictures].join(', ')}\n`)
}

type Flags = Omit<z.output<typeof flags>, 'files' | 'protocol' | 'json'>

function optionsOf(
  [file, ...layers]: string[],
  { perClass, shares, labelsSeparator: separator, ...given }: Flags,
): ProbeOptions {
  const { label, classifiers } = given
  if (label === undefined)
    throw new Problem('bad-option', 'Nothing says what the classes are.', {
      hint: 'Give --label, the column of the classes, or --protocol for a published data set.',
    })
  const budgets = [...(perClass ?? []), ...(shares ?? [])]
  return {
    ...{ ...given, file: file!, label, separator },
    ...(layers.length > 0 && { layers }),
    // several words, or one with commas
    classifiers: classifiers?.flatMap(names => names.split(',')).filter(name => name !== ''),
    ...(budgets.length > 0 && { budgets }),
  }
}
