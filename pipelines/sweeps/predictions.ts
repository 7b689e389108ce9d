/** What the probes of a sweep predicted, for one evaluation: the same clips for every run, in one order. */
import { readFileSync } from 'node:fs'
import { Problem } from '../../data/problem.js'
import type { Tested } from './two-level.js'

/** The part of a probe's result that is read (pipelines/probes/result-file.ts). */
interface ProbeFile {
  predictions: {
    clips: string[]
    labels: string[]
    units?: string[]
    rows: ({ name: string } & Record<string, string[] | string | undefined>)[]
  }
}

/** Predictions of one contestant of a probe: the run itself, or a ruler. */
export interface Predicted {
  /** `trained`, `untrained encoder`, `log-mel statistics`, ... */
  name: string
  /** By classifier: 1 where the prediction was right. */
  right: Record<string, Uint8Array>
}

export interface Evidence {
  tested: Tested
  classes: string[]
  clips: number
  /** Groups if the probe held out groups, else clips. */
  grouped: boolean
  /** Clips that some run lacks; they are left out for all. */
  left: number
  /** By job; the run itself first, no chance rows. */
  jobs: Map<string, Predicted[]>
}

/**
 * @param files probe result of each job
 * @throws Problem if a file is no probe result, or they have no clip in common
 */
export function readPredictions(files: ReadonlyMap<string, string>): Evidence | undefined {
  const read = new Map([...files].map(([key, file]) => [key, readProbe(file)]))
  const first = [...read.values()][0]
  if (!first) return undefined
  const places = new Map([...read].map(([key, { clips }]) => [key, new Map(clips.map((clip, at) => [clip, at]))]))
  const shared = first.clips.filter(clip => [...places.values()].every(place => place.has(clip)))
  const all = new Set([...read.values()].flatMap(({ clips }) => clips))
  if (shared.length === 0)
    throw new Problem('no-common-clips', 'The runs of this sweep were probed on different clips.', {
      place: { file: [...files.values()][0]! },
    })
  const home = places.get([...read.keys()][0]!)!
  const of = (list: readonly string[]) => shared.map(clip => list[home.get(clip)!]!)
  const labels = numbered(of(first.labels))
  const units = numbered(first.units ? of(first.units) : shared)
  const jobs = new Map(
    [...read].map(([key, { labels, rows }]) => {
      const order = shared.map(clip => places.get(key)!.get(clip)!)
      return [key, rows.flatMap(row => predictedBy(row, labels, order))] as const
    }),
  )
  return {
    tested: {
      labels: labels.numbers,
      units: units.numbers,
      classes: labels.names.length,
      unitCount: units.names.length,
    },
    classes: labels.names,
    clips: shared.length,
    grouped: first.units !== undefined,
    left: all.size - shared.length,
    jobs,
  }
}

function predictedBy(
  { name, ...classifiers }: ProbeFile['predictions']['rows'][number],
  labels: readonly string[],
  order: readonly number[],
): Predicted[] {
  if (name.startsWith('chance')) return []
  const right = Object.entries(classifiers).flatMap(([classifier, predicted]) =>
    Array.isArray(predicted)
      ? [[classifier, Uint8Array.from(order, at => Number(predicted[at] === labels[at]))] as const]
      : [],
  )
  return [{ name, right: Object.fromEntries(right) }]
}

function numbered(names: readonly string[]): { numbers: Int32Array; names: string[] } {
  const known = [...new Set(names)].sort()
  const numbers = new Map(known.map((name, at) => [name, at]))
  return { numbers: Int32Array.from(names, name => numbers.get(name)!), names: known }
}

function readProbe(file: string): ProbeFile['predictions'] {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as ProbeFile).predictions
  } catch (cause) {
    throw new Problem('bad-probe', `${file} cannot be read as the result of a probe: ${(cause as Error).message}`, {
      hint: 'Delete it and run the sweep again: the probe is made anew.',
      cause,
    })
  }
}
