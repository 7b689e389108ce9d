/** The evaluation that the authors of a published data set ask for: its columns, its parts and its figure. */
import { type Adapter, adapters } from '../../../data/adapters.js'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { Problem } from '../../../data/problem.js'
import { mean } from '../../statistics/mean.js'
import { LIKELIEST } from './judges.js'
import type { MultiLabelResult, ProbeResult } from './run-probe.js'

/** What the words of a command line say about columns; a protocol fills in the rest. */
export interface Asked {
  label?: string | undefined
  labelsSeparator?: string | undefined
  group?: string | undefined
  split?: string | undefined
}

/** @throws Problem `no-protocol` if there is no such adapter, or none of its protocols is a probe's */
export function protocolOf(name: string): Adapter {
  const probed = adapters.filter(({ protocol }) => protocol.figure !== 'separation')
  const found = probed.find(adapter => adapter.name === name)
  if (found) return found
  throw new Problem('no-protocol', `--protocol ${name}: there is no such protocol for probes.`, {
    hint: `There are: ${probed.map(adapter => adapter.name).join(', ')}. ./earshot data list-adapters explains them.`,
  })
}

/**
 * The columns of a protocol where nothing else was asked for. Groups, by which intervals are resampled, only if the file
 * has them: some copies come without uploaders.
 *
 * @param file of the embeddings
 */
export async function withProtocol<Flags extends Asked>({ protocol }: Adapter, flags: Flags, file: string) {
  const { label, group, split, separator } = protocol
  const source = await openEmbeddings(file)
  await source.close()
  const there = group !== undefined && source.columns.includes(group) ? group : undefined
  return {
    ...flags,
    label: flags.label ?? label,
    split: flags.split ?? split,
    group: flags.group ?? there,
    labelsSeparator: flags.labelsSeparator ?? separator,
  }
}

/** What the authors of a data set report. */
export interface Official {
  /** Name of the adapter. */
  protocol: string
  /** In the authors' words. */
  metric: string
  /** Of the first embeddings, by classifier: `accuracy`, `map` and `dPrime`, `lwlrap`, or `map3`, each 0 to 1 (but d'). */
  figures: Record<string, Record<string, number>>
}

export function officialOf({ name, protocol }: Adapter, result: ProbeResult | MultiLabelResult): Official {
  const { metric, figure } = protocol
  const figures = result.classifiers.map(classifier => [classifier.name, figureOf(figure, classifier.name, result)])
  return { protocol: name, metric, figures: Object.fromEntries(figures) }
}

function figureOf(
  figure: Adapter['protocol']['figure'],
  classifier: string,
  result: ProbeResult | MultiLabelResult,
): Record<string, number> {
  if (figure === 'accuracy') return { accuracy: meanAccuracy(result as ProbeResult, classifier) }
  if (figure === 'map-at-3') return { map3: precisionAt3(result as ProbeResult, classifier) }
  const { map, dPrime, lwlrap } = (result as MultiLabelResult).comparison.rows[0]!.figures[classifier]!
  return figure === 'map' ? { map, dPrime } : { lwlrap }
}

/** Mean over the folds of the share of clips that was right; folds may differ in size. */
function meanAccuracy({ comparison, examples }: ProbeResult, classifier: string): number {
  const predicted = comparison.rows[0]!.figures[classifier]!.predicted!
  const shares = examples.folds.map(
    ({ test }) => test.filter(at => predicted[at] === examples.labels[at]).length / test.length,
  )
  return mean(shares)
}

/** Three guesses a clip, of which the right one counts 1, 1/2 or 1/3 by its place (Kaggle's MAP@3, one label a clip). */
function precisionAt3({ comparison, examples }: ProbeResult, classifier: string): number {
  const { likeliest } = comparison.rows[0]!.figures[classifier]!
  const values = comparison.tested.map(at => {
    const place = likeliest!.subarray(LIKELIEST * at, LIKELIEST * (at + 1)).indexOf(examples.labels[at]!)
    return place < 0 ? 0 : 1 / (place + 1)
  })
  return mean(values)
}

/** A sentence a classifier. */
export function officialText({ metric, figures }: Official, first: string): string {
  const lines = Object.entries(figures).map(([classifier, { accuracy, map, dPrime, lwlrap, map3 }]) => {
    if (accuracy !== undefined) return `  ${first}, ${classifier}: ${(100 * accuracy).toFixed(1)}`
    if (map !== undefined) return `  ${first}, ${classifier}: mAP ${map.toFixed(3)}, d' ${dPrime!.toFixed(3)}`
    return `  ${first}, ${classifier}: ${(lwlrap ?? map3)!.toFixed(3)}`
  })
  return [`Official figure (${metric}):`, ...lines].join('\n')
}
