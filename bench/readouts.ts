/**
 * Which readout shows most of what encoders have learnt: every one that has a name, of each run's newest checkpoint, on
 * development sets; and, where results are reported, what the default is worth beside plain, beside the untrained encoder
 * and log-mel statistics read out alike. From the root of the repository, after `npm run build`:
 *
 *   node dist/bench/readouts.js RUN [RUN ...] [--readout NAME|MAP ...] [--json FILE]
 *   node dist/bench/readouts.js --report SEED,SEED,... [RUN ...] [--json FILE]
 *
 * A figure is balanced accuracy in percent: kernel ridge on class-balanced targets, whole groups held out in turn; its
 * strength is chosen by inner folds of whole groups. Runs that differ by their seeds are one, with commas between;
 * differences are paired, with 95 % intervals over groups and seeds together. Ends with what each readout gains over the
 * plain one, on the mean and where it gains least.
 */
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { READOUT_NAMES, settled } from '../graphs/readout/settings.js'
import { chosenReadout } from '../pipelines/embeddings/reading.js'
import { findCheckpoint } from '../pipelines/model/checkpoint.js'
import { mean } from '../pipelines/statistics/mean.js'
import type { Interval } from '../pipelines/statistics/scores.js'
import { recognised } from './readouts/kernel-ridge.js'
import { DEVELOPMENT, openSet, part, type SetOf } from './readouts/labelled-set.js'
import { Paired, type Recognised } from './readouts/paired.js'
import { tellRows } from './tell-rows.js'

const REPORT = [part('drums', 'kit', 'report'), part('words', 'voice', 'report')]

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    report: { type: 'boolean' },
    readout: { type: 'string', multiple: true },
    json: { type: 'string' },
  },
})
const named = given.report ? [settled(undefined).preset!] : READOUT_NAMES.filter(name => !/default|plain/.test(name))
const readouts = ['plain', ...(given.readout ?? named)]
const sources = given.report ? (['trained', 'untrained', 'log-mel'] as const) : (['trained'] as const)
const sets = given.report ? REPORT : DEVELOPMENT
/** Points over plain, by readout. */
const gains = new Map<string, number[]>(readouts.map(readout => [readout, []]))
const rows: Record<string, string | number>[] = []
for (const runs of positionals.map(one => one.split(','))) for (const set of sets) await judge(runs, set)
const gained = [...gains]
  .slice(1)
  .map(([readout, own]) => `${readout} ${signed(mean(own))}, ${signed(Math.min(...own))}`)
  .join('; ')
const how = `balanced accuracy in percent, ${given.report ? 'report' : 'development'} parts, groups held out whole; differences are those of trained, to ${given.report ? 'the same read out plainly, and to the untrained encoder and log-mel read out alike' : 'the same read out plainly'}; mean and least gain over plain: ${gained}`
tellRows(rows, given.json, how)

interface Answers {
  /** By seed. */
  right: Uint8Array[]
  /** Numbers of an embedding. */
  numbers: number
}

async function judge(runs: readonly string[], set: SetOf): Promise<void> {
  const found = new Map<string, Answers>()
  let paired: Paired | undefined
  for (const run of runs) {
    const checkpoint = findCheckpoint(run)
    const opened = await openSet(checkpoint, set)
    paired ??= new Paired(opened.labels, opened.groups)
    for (const name of readouts) {
      const readout = chosenReadout({ readout: name, layer: undefined, level: 'clip' }, undefined)
      const embeddings = {
        trained: () => opened.embedded(checkpoint.tensors, readout),
        untrained: () => opened.embedded(opened.untrained, readout),
        'log-mel': () => opened.logMel(readout),
      }
      for (const source of sources) {
        if (source === 'log-mel' && run !== runs[0]) continue
        const made = await embeddings[source]()
        const one = found.get(`${name} ${source}`) ?? { right: [], numbers: made[0]!.length }
        one.right.push(recognised(made, opened.labels, opened.groups))
        found.set(`${name} ${source}`, one)
        process.stderr.write(`${run}, ${set.name}, ${name}, ${source}: ${text(paired.figure(one.right).value)}\n`)
      }
    }
    await opened.close()
  }
  for (const name of readouts) tell(runs, set, paired!, name, found)
}

/** A row: each source, and what trained gains over itself read out plainly, and over the others read out alike. */
function tell(
  runs: readonly string[],
  set: SetOf,
  paired: Paired,
  readout: string,
  found: ReadonlyMap<string, Answers>,
): void {
  const of = (source: string) => found.get(`${readout} ${source}`)!
  const trained = of('trained')
  const minus = (other: Recognised) => paired.difference(trained.right, other)
  const overPlain = minus(found.get('plain trained')!.right)
  gains.get(readout)!.push(overPlain.value)
  rows.push({
    ...{ encoder: runs.map(run => basename(run)).join(', '), set: set.name, readout, numbers: trained.numbers },
    ...Object.fromEntries(sources.map(source => [source, text(paired.figure(of(source).right).value)])),
    'minus plain': readout === 'plain' ? '' : difference(overPlain),
    ...Object.fromEntries(sources.slice(1).map(source => [`minus ${source}`, difference(minus(of(source).right))])),
  })
}

function text(value: number): string {
  return value.toFixed(1)
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${text(value)}`
}

function difference({ value, interval }: { value: number; interval: Interval }): string {
  return `${signed(value)} [${interval.map(signed).join(', ')}]`
}
