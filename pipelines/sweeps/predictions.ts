/** What the probes of a sweep predicted, for one evaluation: the same clips for every run, in one order. */
import { readFileSync } from 'node:fs'
import { Problem } from '../../data/problem.js'
import { type Answers, CLASS_SCORES, RANKING_SCORES, type Scorer } from './metrics.js'

/** The part of a probe's result that is read (pipelines/evaluation/probes/result-file.ts). */
interface ProbeFile {
  predictions: {
    clips: string[]
    /** One class a clip, or the classes of each. */
    labels: string[] | string[][]
    units?: string[]
    rows: PredictedRow[]
  }
}

/** By classifier: the class of each clip, or a score for each class. */
type PredictedRow = { name: string; classes?: string[]; losses?: Record<string, number[]> } & Record<string, unknown>

/** Predictions of one contestant of a probe: the run itself, or a baseline. */
export interface Predicted {
  /** `trained`, `untrained encoder`, `log-mel statistics`, ... */
  name: string
  /** By classifier. */
  scorers: Record<string, Scorer>
}

export interface Evidence {
  /** What guessing gets, in balanced accuracy or mAP. */
  chance: number
  /** What intervals resample: groups if the probe held out groups, else clips. */
  unitCount: number
  classes: string[]
  clips: number
  /** Clips that some run lacks; they are left out for all. */
  left: number
  /** By job; the run itself first, no chance rows. */
  jobs: Map<string, Predicted[]>
}

/**
 * @param files probe results of each run, of which each has other clips where it was cross-fitted
 * @throws Problem if a file is no probe result, or they have no clip in common
 */
export function readPredictions(files: ReadonlyMap<string, readonly string[]>): Evidence | undefined {
  const read = new Map([...files].map(([key, own]) => [key, own.map(readProbe).reduce(together)]))
  const first = [...read.values()][0]
  if (!first) return undefined
  const places = new Map([...read].map(([key, { clips }]) => [key, new Map(clips.map((clip, at) => [clip, at]))]))
  const shared = first.clips.filter(clip => [...places.values()].every(place => place.has(clip)))
  const all = new Set([...read.values()].flatMap(({ clips }) => clips))
  if (shared.length === 0)
    throw new Problem('no-common-clips', 'The runs of this sweep were probed on different clips.', {
      place: { file: [...files.values()][0]![0]! },
    })
  const orderIn = (key: string) => shared.map(clip => places.get(key)!.get(clip)!)
  const home = orderIn([...read.keys()][0]!)
  const several = Array.isArray(first.labels[0])
  const sets = home.map(at => [first.labels[at]!].flat())
  const classes = numbered(sets.flat())
  const units = numbered(first.units ? home.map(at => first.units![at]!) : shared)
  const tested = {
    sets: sets.map(set => set.map(name => classes.number(name))),
    classes: classes.names.length,
    units: Int32Array.from(units.of, units.number),
    unitCount: units.names.length,
  }
  const { chance, scorer } = several ? RANKING_SCORES : CLASS_SCORES
  const scored = (row: PredictedRow, order: readonly number[]): Predicted => ({
    name: row.name,
    scorers: scorersOf(row, order, answers => scorer(tested, classes.names, answers)),
  })
  const jobs = new Map(
    [...read].map(([key, { rows }]) => {
      const order = orderIn(key)
      const predicted = rows.filter(({ name }) => !name.startsWith('chance'))
      return [key, predicted.map(row => scored(row, order))] as const
    }),
  )
  return {
    ...{ chance: chance(tested), unitCount: tested.unitCount, classes: classes.names, jobs },
    clips: shared.length,
    left: all.size - shared.length,
  }
}

/** By classifier, of which a row holds the answers in a list. @param order places of the clips that are scored */
function scorersOf(
  { classes: columns = [], losses = {}, ...row }: PredictedRow,
  order: readonly number[],
  scorer: (answers: Answers) => Scorer,
): Record<string, Scorer> {
  const classifiers = Object.entries(row).filter((entry): entry is [string, Answers['answers'][number][]] =>
    Array.isArray(entry[1]),
  )
  return Object.fromEntries(
    classifiers.map(([classifier, answers]) => {
      const own = losses[classifier]
      return [
        classifier,
        scorer({ columns, answers: order.map(at => answers[at]!), losses: own && order.map(at => own[at]!) }),
      ]
    }),
  )
}

/** What two folds say, clips after clips; scores are for the same classes. */
function together(one: ProbeFile['predictions'], other: ProbeFile['predictions']): ProbeFile['predictions'] {
  const rows = one.rows.map((row, at): PredictedRow => {
    const more = other.rows[at]!
    const answers = Object.entries(row).flatMap(([name, own]) =>
      name !== 'classes' && Array.isArray(own) ? [[name, [...own, ...(more[name] as unknown[])]]] : [],
    )
    const losses = Object.entries(row.losses ?? {}).map(([name, own]) => [name, [...own, ...more.losses![name]!]])
    return { ...row, ...Object.fromEntries(answers), losses: Object.fromEntries(losses) }
  })
  return {
    clips: [...one.clips, ...other.clips],
    labels: [...one.labels, ...other.labels] as string[] | string[][],
    ...(one.units && { units: [...one.units, ...other.units!] }),
    rows,
  }
}

function numbered(of: readonly string[]) {
  const names = [...new Set(of)].sort()
  const numbers = new Map(names.map((name, at) => [name, at]))
  return { of, names, number: (name: string) => numbers.get(name)! }
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
