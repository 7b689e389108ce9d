/** What came of a sweep: a row for each figure, and for each arm mean, interval and difference to the arm `against`. */
import { streamOf } from '../../graphs/streams/draws.js'
import { type Interval, interval, RESAMPLES } from '../probes/scores.js'
import { type JobState, jobFolder, startedJobs, stateOf } from './job-folder.js'
import { type SweepPlan, type Test, testKey } from './plan.js'
import { type Evidence, readPredictions } from './predictions.js'
import { differenceInterval, drawCounts, meanOverSeeds, unitScores, type Verdict, verdictOf } from './two-level.js'

export const METRICS = ['balanced accuracy', 'accuracy'] as const
export type Metric = (typeof METRICS)[number]

/** One figure, or the place of one that is missing. */
export interface ResultRow {
  /** Name of the arm, or of a ruler of the arm `against`. */
  arm: string
  kind: 'arm' | 'ruler'
  seed: number
  evaluation: string
  role: string
  classifier: string | null
  metric: Metric | null
  /** Share, 0 to 1; null if there is none (yet). */
  value: number | null
  /** 95 %, over resampled groups or clips. */
  low: number | null
  high: number | null
  state: JobState
  reason: string | null
  key: string
}

/** One arm on one evaluation, all its seeds. */
export interface SummaryRow {
  evaluation: string
  role: string
  classifier: string
  metric: Metric
  arm: string
  kind: 'arm' | 'ruler'
  /** Those that are there. */
  seeds: number[]
  /** Seeds that are not there, and why. */
  missing: { seed: number; state: JobState }[]
  mean: number | null
  interval: Interval | null
  /** This arm minus `against`, over the seeds that both have. Null for `against` itself. */
  difference: number | null
  differenceInterval: Interval | null
  differenceSeeds: number[]
  verdict: Verdict | null
}

export interface EvaluationNote {
  name: string
  role: string
  clips: number
  classes: string[]
  /** What intervals resample: `12 kits`, `616 clips`. */
  units: number
  group: string | null
  chance: number
  left: number
}

export interface SweepResults {
  name: string
  against: string
  resamples: number
  evaluations: EvaluationNote[]
  rows: ResultRow[]
  summary: SummaryRow[]
  /** Jobs that are not done. */
  missing: { arm: string; seed: number; key: string; state: JobState; reason: string | null; log: string | null }[]
}

/** Reads what there is; jobs that failed or wait have their rows too. */
export function sweepResults(plan: SweepPlan): SweepResults {
  const started = startedJobs(plan)
  const states = new Map([...plan.jobs].map(([key, job]) => [key, stateOf(plan, job, started)]))
  const cells = plan.arms.flatMap(({ name, jobs }) => jobs.map(({ seed, key }) => ({ arm: name, seed, key })))
  const stateAt = (key: string) => states.get(key)!
  const results: SweepResults = {
    ...{ name: plan.name, against: plan.against, resamples: RESAMPLES },
    ...{ evaluations: [], rows: [], summary: [] },
    missing: cells.flatMap(cell => {
      const { state, status } = stateAt(cell.key)
      if (state === 'done') return []
      return [
        {
          ...cell,
          state,
          reason: status?.reason ?? null,
          log: state === 'failed' ? jobFolder(plan, cell.key).log : null,
        },
      ]
    }),
  }
  const done = [...plan.jobs.values()].filter(({ key }) => stateAt(key).state === 'done')
  for (const test of plan.tests) {
    const files = new Map(done.map(job => [job.key, jobFolder(plan, job.key).probe(testKey(test, job))]))
    const evidence = readPredictions(files)
    if (evidence) results.evaluations.push(noteOf(test, evidence))
    const judged = evidence && judge(plan, test, evidence, cells, key => stateAt(key).state)
    results.rows.push(...(judged?.rows ?? []))
    results.summary.push(...(judged?.summary ?? []))
    for (const { arm, seed, key, state, reason } of results.missing) {
      const place = { arm, kind: 'arm' as const, seed, evaluation: test.name, role: test.role }
      const nothing = { classifier: null, metric: null, value: null, low: null, high: null }
      results.rows.push({ ...place, ...nothing, state, reason, key })
    }
  }
  return results
}

const noteOf = ({ name, role, group }: Test, { tested, classes, clips, left }: Evidence): EvaluationNote => ({
  ...{ name, role, clips, classes, left },
  ...{ units: tested.unitCount, group: group ?? null, chance: 1 / classes.length },
})

interface Cell {
  arm: string
  seed: number
  key: string
}

interface Scored extends Cell {
  kind: 'arm' | 'ruler'
  value: number
  draws: Float64Array
}

function judge(
  plan: SweepPlan,
  test: Test,
  { tested, jobs }: Evidence,
  cells: readonly Cell[],
  stateAt: (key: string) => JobState,
): { rows: ResultRow[]; summary: SummaryRow[] } {
  const rng = streamOf(`sweep units ${test.name}`)
  const draws = Array.from({ length: RESAMPLES }, () => drawCounts(rng, tested.unitCount))
  const once = [new Uint32Array(tested.unitCount).fill(1)]
  const rows: ResultRow[] = []
  const summary: SummaryRow[] = []
  const classifiers = Object.keys([...jobs.values()][0]?.[0]?.right ?? {})
  const seedDraws = seedDrawsOf(test.name)
  for (const classifier of classifiers) {
    const known = new Map<string, { value: ReturnType<typeof unitScores>; draws: ReturnType<typeof unitScores> }>()
    const scoresOf = (key: string, at: number) => {
      const name = `${key} ${at}`
      const right = jobs.get(key)![at]!.right[classifier]!
      const found = known.get(name) ?? {
        value: unitScores(tested, right, once),
        draws: unitScores(tested, right, draws),
      }
      known.set(name, found)
      return found
    }
    for (const metric of METRICS) {
      const field = metric === 'accuracy' ? 'accuracy' : 'balanced'
      const scored: Scored[] = contestants(cells, jobs, plan.against).map(({ at, ...cell }) => {
        const scores = scoresOf(cell.key, at)
        return { ...cell, value: scores.value[field][0]!, draws: scores.draws[field] }
      })
      const where = { evaluation: test.name, role: test.role, classifier, metric }
      for (const { arm, kind, seed, key, value, draws } of scored) {
        const [low, high] = interval([...draws])
        rows.push({ arm, kind, seed, ...where, value, low, high, state: 'done', reason: null, key })
      }
      summary.push(...summarise(scored, cells, plan.against, seedDraws, stateAt).map(row => ({ ...where, ...row })))
    }
  }
  return { rows, summary }
}

/** The arms' runs, then the rulers of the arm `against`. */
function contestants(cells: readonly Cell[], jobs: Evidence['jobs'], against: string) {
  const done = cells.filter(({ key }) => jobs.has(key))
  const arms = done.map(cell => ({ ...cell, kind: 'arm' as const, at: 0 }))
  const rulers = done
    .filter(({ arm }) => arm === against)
    .flatMap(cell =>
      jobs
        .get(cell.key)!
        .slice(1)
        .map(({ name }, at) => ({ ...cell, arm: name, kind: 'ruler' as const, at: at + 1 })),
    )
  return [...arms, ...rulers]
}

/** Draws of k seeds: the same for all arms with as many. */
function seedDrawsOf(test: string): (count: number) => Uint32Array[] {
  const made = new Map<number, Uint32Array[]>()
  return count => {
    const rng = streamOf(`sweep seeds ${test} ${count}`)
    const draws = made.get(count) ?? Array.from({ length: RESAMPLES }, () => drawCounts(rng, count))
    made.set(count, draws)
    return draws
  }
}

type Summarised = Omit<SummaryRow, 'evaluation' | 'role' | 'classifier' | 'metric'>

function summarise(
  scored: readonly Scored[],
  cells: readonly Cell[],
  against: string,
  seedDraws: (count: number) => Uint32Array[],
  stateAt: (key: string) => JobState,
): Summarised[] {
  const reference = scored.filter(({ arm, kind }) => kind === 'arm' && arm === against)
  const arms = [...new Set(cells.map(({ arm }) => arm))].map(arm => ({ arm, kind: 'arm' as const }))
  const rulers = [...new Set(scored.filter(({ kind }) => kind === 'ruler').map(({ arm }) => arm))]
  const names = [...arms, ...rulers.map(arm => ({ arm, kind: 'ruler' as const }))]
  return names.map(({ arm, kind }): Summarised => {
    const own = scored.filter(one => one.arm === arm && one.kind === kind)
    const absent = kind === 'arm' ? cells.filter(cell => cell.arm === arm && stateAt(cell.key) !== 'done') : []
    const base = {
      ...{ arm, kind, seeds: own.map(({ seed }) => seed) },
      missing: absent.map(({ seed, key }) => ({ seed, state: stateAt(key) })),
    }
    const nothing = { difference: null, differenceInterval: null, differenceSeeds: [], verdict: null }
    if (own.length === 0) return { ...base, mean: null, interval: null, ...nothing }
    const drawn = meanOverSeeds(
      own.map(({ draws }) => draws),
      seedDraws(own.length),
    )
    const figures = { mean: mean(own), interval: interval([...drawn]) }
    const pairs = own.flatMap(one =>
      reference.filter(({ seed }) => seed === one.seed).map(other => [one, other] as const),
    )
    if ((kind === 'arm' && arm === against) || pairs.length === 0) return { ...base, ...figures, ...nothing }
    const [ours, theirs] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)]
    const together = (list: readonly Scored[]) =>
      meanOverSeeds(
        list.map(({ draws }) => draws),
        seedDraws(pairs.length),
      )
    const range = differenceInterval(together(ours), together(theirs))
    return {
      ...base,
      ...figures,
      difference: mean(ours) - mean(theirs),
      differenceInterval: range,
      differenceSeeds: ours.map(({ seed }) => seed),
      verdict: verdictOf(range),
    }
  })
}

const mean = (list: readonly Scored[]) => list.reduce((sum, { value }) => sum + value, 0) / list.length
