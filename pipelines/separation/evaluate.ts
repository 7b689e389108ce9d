/** Measures checkpoints of a separator on mixtures whose stems are known, beside a floor and a ceiling. */
import { setImmediate } from 'node:timers/promises'
import { readClips } from '../../data/manifests.js'
import { Problem } from '../../data/problem.js'
import { startEngine } from '../../engine/tensorflow.js'
import { readStems } from '../../stages/scenes/stems.js'
import { idealRatioMask } from '../../stages/separation/measures/ideal-ratio-mask.js'
import type { Processor } from '../../stages/separation/trained/processor.js'
import { wholeChannels } from '../../stages/separation/windows.js'
import type { Clip } from '../../stages/values.js'
import { differences, type Mean, meanOf } from '../statistics/intervals.js'
import { progress } from '../terminal/progress.js'
import {
  MEASURES,
  type Measure,
  type MixtureMeasures,
  type MixtureOfStems,
  measureMixture,
  mixtureOfStems,
} from './measure-mixture.js'
import { findProcessors, openProcessors, untrainedOf } from './processors.js'

export interface EvaluateOptions {
  /** Run, RUN@step, or checkpoint. */
  run: string
  /** Further separators. */
  others: readonly string[]
  /** Mixtures with a column of stems, as `./earshot scenes` writes it. */
  manifest: string
  /** Column of the stems. */
  column: string
  /** Only so many mixtures, the first ones. */
  count?: number | undefined
  signal?: AbortSignal | undefined
}

export interface Row {
  name: string
  sha256?: string
  step?: number | undefined
  measures: Partial<Record<Measure, Mean>>
  /** Share of mixtures of which it has as many active channels as there are active stems, more, and fewer. */
  counted: { right: number; more: number; fewer: number }
  /** Its measures less those of the floor, mixture by mixture. */
  overFloor?: Partial<Record<Measure, Mean>>
}

export interface Evaluation {
  manifest: string
  mixtures: number
  skipped: { clip: string; reason: string }[]
  rows: Row[]
}

/** Of the ideal ratio mask: what graphs/mixit.yaml masks on. */
const MASK = { window: 512, hop: 128 }

/** @throws Problem if there are no such checkpoints or no stems; the signal's reason once it is aborted */
export async function evaluateSeparation(options: EvaluateOptions): Promise<Evaluation> {
  const { run, others, manifest, count, signal } = options
  const clips = await mixturesOf(manifest, options.column, count)
  const engine = await startEngine({})
  const found = findProcessors([run, ...others])
  const floor = untrainedOf(found[0]!)
  const separators = await openProcessors(engine, floor ? [floor, ...found] : found)
  const names = [
    ...separators.map(({ name, step }) => (step === 0 ? 'untrained (floor)' : name)),
    'ideal ratio mask (ceiling)',
  ]
  const measures: MixtureMeasures[][] = names.map(() => [])
  const skipped: Evaluation['skipped'] = []
  const bar = progress('separating mixtures', clips.length)
  try {
    for (const clip of clips) {
      await setImmediate() // lets a signal through
      signal?.throwIfAborted()
      try {
        const measured = await measureAll(clip, separators, options.column)
        for (const [row, one] of measured.entries()) measures[row]!.push(one)
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        skipped.push({ clip: clip.id, reason: error.message })
      }
      bar.tick()
    }
  } finally {
    bar.done()
  }
  if (measures[0]!.length === 0)
    throw new Problem('no-usable-clips', `None of ${clips.length} mixtures can be measured: ${skipped[0]?.reason}`)
  const baseline = separators.findIndex(({ step }) => step === 0)
  const rows = names.map((name, at): Row => {
    const { hash, step } = separators[at] ?? {}
    return {
      name,
      ...(hash && { sha256: hash, step }),
      measures: means(measures[at]!),
      counted: countedOf(measures[at]!),
      ...(baseline >= 0 && at !== baseline && { overFloor: means(measures[at]!, measures[baseline]!) }),
    }
  })
  return { manifest, mixtures: measures[0]!.length, skipped, rows }
}

async function mixturesOf(manifest: string, column: string, count?: number): Promise<Clip[]> {
  const { clips, columns } = await readClips(manifest)
  if (columns.includes(column)) return clips.slice(0, count)
  throw new Problem('no-stems', `${manifest} has no column '${column}' that names the stems of each mixture.`, {
    hint: "Name the manifest.tsv that './earshot scenes' has written, or a table with such a column (--stems).",
  })
}

/** One row for each separator, and the last for the mask. */
async function measureAll(clip: Clip, processors: readonly Processor[], column: string): Promise<MixtureMeasures[]> {
  const { rate } = processors[0]!
  const channels = clip.labels[column]!.split(';').length
  const mixed = mixtureOfStems(await readStems(clip, { channels, rate, normalise: 'peak', column }))
  if (mixed.stems.length === 0) throw new Problem('silent', `${clip.id} has no stem that can be heard.`)
  const measured: MixtureMeasures[] = []
  for (const { separate } of processors) {
    const channels = await wholeChannels(mixed.mixture, rate, separate)
    measured.push(measureMixture(mixed, channels, await wholeChannels(mixed.stems[0]!, rate, separate)))
  }
  return [...measured, await ceiling(mixed)]
}

/** Stems that are not asked for are masked too, and not counted. */
async function ceiling(mixed: MixtureOfStems): Promise<MixtureMeasures> {
  const masked = await idealRatioMask([...mixed.stems, ...mixed.rest], MASK)
  return measureMixture(mixed, masked)
}

function means(found: readonly MixtureMeasures[], less?: readonly MixtureMeasures[]): Row['measures'] {
  const entries = MEASURES.flatMap(([, measure]) => {
    // of counts, errors either way are errors
    const column = (rows: readonly MixtureMeasures[]) =>
      rows.map(row =>
        measure === 'countError' && row.countError !== undefined ? Math.abs(row.countError) : row[measure],
      )
    const mean = meanOf(less ? differences(column(found), column(less)) : column(found))
    return mean ? [[measure, mean] as const] : []
  })
  return Object.fromEntries(entries)
}

function countedOf(found: readonly MixtureMeasures[]): Row['counted'] {
  const share = (test: (error: number) => boolean) =>
    found.filter(({ countError }) => countError !== undefined && test(countError)).length / found.length
  return { right: share(error => error === 0), more: share(error => error > 0), fewer: share(error => error < 0) }
}
