/**
 * Which readout shows most of what encoders have learnt: every one that has a name, of each run's newest checkpoint, on
 * development sets; what the chosen one is worth, bench/worth.ts reports on others. From the root of the repository, after
 * `npm run build`:
 *
 *   node dist/bench/readouts.js RUN [RUN ...] [--readout NAME|MAP ...] [--json FILE]
 *
 * A figure is balanced accuracy in percent: kernel ridge on class-balanced targets, whole groups held out in turn; its
 * strength is chosen by inner folds of whole groups. Runs that differ by their seeds are one, with commas between;
 * differences are paired, with 95 % intervals over groups and seeds together. Ends with what each readout gains over the
 * plain one, on the mean and where it gains least.
 */
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { READOUT_NAMES } from '../graphs/readout/settings.js'
import { chosenReadout } from '../pipelines/embeddings/reading.js'
import { findCheckpoint } from '../pipelines/model/checkpoint.js'
import { mean } from '../pipelines/statistics/mean.js'
import { recognised } from './readouts/kernel-ridge.js'
import { DEVELOPMENT, openSet, type SetOf } from './readouts/labelled-set.js'
import { difference, Paired, signed } from './readouts/paired.js'
import { tellRows } from './tell-rows.js'

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { readout: { type: 'string', multiple: true }, json: { type: 'string' } },
})
const readouts = ['plain', ...(given.readout ?? READOUT_NAMES.filter(name => !/default|plain/.test(name)))]
/** Points over plain, by readout. */
const gains = new Map<string, number[]>(readouts.map(readout => [readout, []]))
const rows: Record<string, string | number>[] = []
for (const runs of positionals.map(one => one.split(','))) for (const set of DEVELOPMENT) await judge(runs, set)
const gained = [...gains]
  .slice(1)
  .map(([readout, own]) => `${readout} ${signed(mean(own))}, ${signed(Math.min(...own))}`)
  .join('; ')
tellRows(
  rows,
  given.json,
  `balanced accuracy in percent, development parts, groups held out whole; differences are those to the same read out plainly; mean and least gain over plain: ${gained}`,
)

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
      const made = await opened.embedded(checkpoint.tensors, readout)
      const one = found.get(name) ?? { right: [], numbers: made[0]!.length }
      one.right.push(recognised(made, opened.labels, opened.groups))
      found.set(name, one)
      process.stderr.write(`${run}, ${set.name}, ${name}: ${paired.figure(one.right).value.toFixed(1)}\n`)
    }
    await opened.close()
  }
  const plain = found.get('plain')!.right
  for (const [readout, { right, numbers }] of found) {
    const overPlain = paired!.difference(right, plain)
    gains.get(readout)!.push(overPlain.value)
    rows.push({
      ...{ encoder: runs.map(run => basename(run)).join(', '), set: set.name, readout, numbers },
      trained: paired!.figure(right).value.toFixed(1),
      'minus plain': readout === 'plain' ? '' : difference(overPlain),
    })
  }
}
