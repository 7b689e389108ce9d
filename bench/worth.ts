/**
 * What embeddings are worth over minutes of training, on the report parts of drums16k and words16k: a table with paired
 * intervals, and a figure. Recipes have names, and each its runs, which differ by their seeds; every checkpoint that all
 * of them keep is a point. From the root of the repository, after `npm run build`:
 *
 *   node dist/bench/worth.js NAME=RUN,RUN,... [NAME=RUN,...] [--svg FILE] [--json FILE]
 *
 * A run is read out as it says, NAME@READOUT=... in another way. Minutes are those of all processors together, as the
 * run has noted them (`cpu` in timings.jsonl). A figure is balanced accuracy in percent by kernel ridge, whole groups held
 * out; the last point of each recipe is compared with that of the first, with its own untrained encoder and with log-mel
 * statistics read out alike.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { listCheckpoints, stepOf, tensorsFile } from '../engine/checkpoints/files.js'
import { chosenReadout } from '../pipelines/embeddings/reading.js'
import { findCheckpoint } from '../pipelines/model/checkpoint.js'
import { mean } from '../pipelines/statistics/mean.js'
import { recognised } from './readouts/kernel-ridge.js'
import { openSet, part, type SetOf } from './readouts/labelled-set.js'
import { difference, figure, Paired, type Recognised } from './readouts/paired.js'
import { type Spot, worthPicture } from './readouts/worth-picture.js'
import { tellRows } from './tell-rows.js'

const SETS = [part('drums', 'kit', 'report'), part('words', 'voice', 'report')]

interface Recipe {
  name: string
  readout: string | undefined
  runs: string[]
  steps: number[]
}

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { svg: { type: 'string' }, json: { type: 'string' } },
})
const spots: Spot[] = []
const rows: Record<string, string | number>[] = []
const recipes = positionals.map(recipeOf)
for (const set of SETS) await judge(set)
if (given.svg) writeFileSync(given.svg, worthPicture(spots))
tellRows(
  rows,
  given.json,
  'balanced accuracy in percent, report parts, groups held out whole; differences are those of the last point',
)

function recipeOf(word: string): Recipe {
  const [, name, readout, listed] = /^([^=@]+)(?:@([^=]+))?=(.+)$/.exec(word) ?? []
  if (name === undefined || listed === undefined) throw new Error(`'${word}' is no NAME=RUN,RUN,...`)
  const runs = listed.split(',')
  const kept = runs.map(run => listCheckpoints(join(run, 'checkpoints')).map(stepOf))
  const steps = kept[0]!.filter(step => kept.every(other => other.includes(step)))
  if (steps.length === 0) throw new Error(`${listed}: there is no step of which all have a checkpoint`)
  return { name, readout, runs, steps }
}

/** By step; a baseline has none. */
type Found = Map<number | 'untrained' | 'log-mel', Uint8Array[]>

async function judge(set: SetOf): Promise<void> {
  let paired: Paired | undefined
  let first: Recognised | undefined
  for (const { name, readout, runs, steps } of recipes) {
    const found: Found = new Map()
    for (const run of runs) {
      const checkpoint = findCheckpoint(run)
      const opened = await openSet(checkpoint, set)
      paired ??= new Paired(opened.labels, opened.groups)
      const how = chosenReadout({ readout, layer: undefined, level: 'clip' }, checkpoint.checkpoint.readout)
      const note = (at: number | 'untrained' | 'log-mel', embeddings: readonly Float32Array[]) => {
        found.set(at, [...(found.get(at) ?? []), recognised(embeddings, opened.labels, opened.groups)])
      }
      for (const step of steps) note(step, await opened.embedded(tensorsFile(join(run, 'checkpoints'), step), how))
      note('untrained', await opened.embedded(opened.untrained, how))
      if (run === runs[0]) note('log-mel', opened.logMel(how))
      await opened.close()
    }
    const last = found.get(steps.at(-1)!)!
    for (const [at, right] of found) {
      const minutes = typeof at === 'number' ? mean(runs, run => minutesAt(run, at)) : 0
      const estimate = paired!.figure(right)
      spots.push({ set: set.name, recipe: name, at, minutes, ...estimate })
      const minus = (other: Recognised | undefined) =>
        right === last && other && other !== last ? difference(paired!.difference(last, other)) : ''
      rows.push({
        ...{
          set: set.name,
          recipe: name,
          readout: readout ?? 'its own',
          step: at,
          minutes: typeof at === 'number' ? minutes.toFixed(1) : '',
        },
        'balanced accuracy': figure(estimate),
        'minus the first recipe': minus(first),
        'minus untrained': minus(found.get('untrained')),
        'minus log-mel': minus(found.get('log-mel')),
      })
    }
    first ??= last
  }
}

/** Of all processors, up to a step; a run that was gone on with began to count anew. */
function minutesAt(run: string, step: number): number {
  const file = join(run, 'timings.jsonl')
  let [before, last] = [0, 0]
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const timing = JSON.parse(line) as { step: number; cpu?: number }
    if (timing.cpu === undefined) throw new Error(`${file} does not tell what processors had to do: an older run`)
    if (timing.step > step) break
    if (timing.cpu < last) before += last
    last = timing.cpu
  }
  return (before + last) / 60
}
