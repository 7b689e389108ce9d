/** The evaluation that the authors of a published data set ask for: its columns, its parts and its figure. */
import { type Adapter, adapters } from '../../data/adapters.js'
import { Problem } from '../../data/problem.js'
import { openEmbeddings } from '../embeddings/arrow-reader.js'
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

/** The authors' figure of the first embeddings, a sentence a classifier. */
export function officialFigures({ protocol }: Adapter, result: ProbeResult | MultiLabelResult): string {
  const { metric, figure } = protocol
  const { rows } = result.comparison
  const lines = result.classifiers.map(({ name }) => {
    const value =
      figure === 'accuracy' ? meanAccuracy(result as ProbeResult, name) : ranked(rows[0]!.figures[name]!, figure)
    return value === undefined ? undefined : `${rows[0]!.name}, ${name}: ${value}`
  })
  const known = lines.filter(line => line !== undefined)
  return known.length === 0
    ? `Official figure: ${metric}. It is not computed here: the table above does not replace it.`
    : `Official figure (${metric}):\n${known.map(line => `  ${line}`).join('\n')}`
}

/** Mean over the folds of the share of clips that was right; folds may differ in size. */
function meanAccuracy({ comparison, examples }: ProbeResult, classifier: string): string {
  const predicted = comparison.rows[0]!.figures[classifier]!.predicted!
  const shares = examples.folds.map(
    ({ test }) => test.filter(at => predicted[at] === examples.labels[at]).length / test.length,
  )
  return (100 * (shares.reduce((sum, share) => sum + share, 0) / shares.length)).toFixed(1)
}

function ranked(figures: object, figure: Adapter['protocol']['figure']): string | undefined {
  const { map, dPrime, lwlrap } = figures as { map?: number; dPrime?: number; lwlrap?: number }
  if (figure === 'map') return `mAP ${map!.toFixed(3)}, d' ${dPrime!.toFixed(3)}`
  return figure === 'lwlrap' ? lwlrap!.toFixed(3) : undefined
}
