/** The jobs of a sweep: every arm with every seed, each distinct config once. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Problem, Problems } from '../../data/problem.js'
import type { Edit } from '../../graphs/language/edits.js'
import { graphClassifier } from '../evaluation/classification/trained-classifier.js'
import type { ExecutorName } from '../jobs/executor.js'
import type { SlurmSettings } from '../jobs/slurm-settings.js'
import { type Arm, armsOf, referenceArm } from './arms.js'
import { judgesOwn } from './evaluation-words.js'
import { checkTest, claimProblems } from './plan-checks.js'
import { readSweepFile, type SweepFile } from './sweep-file.js'
import type { Budget, Claim, Evaluation } from './sweep-schema.js'
import { hashed, jobEdits, jobKey, ListKeys, ownThreads, Variants } from './variants.js'

/** Something a run is probed on. */
export interface Test extends Evaluation {
  name: string
  /** Hash of its clips and labels. */
  list: string
}

/** One training and its evaluations; several arms may stand for it. */
export interface Job {
  key: string
  /** The first arm and seed that ask for it. */
  arm: string
  seed: number
  edits: Edit[]
  steps: number
  /** Whether its baselines are probed, where an evaluation asks for those of `against`. */
  reference: boolean
}

export interface SweepPlan {
  name: string
  /** Sweep file and base config. */
  file: string
  base: string
  output: string
  against: string
  /** With the job of each seed. */
  arms: { name: string; edits: Edit[]; jobs: { seed: number; key: string }[] }[]
  /** By key, in the order in which they run: all arms with one seed, then with the next. */
  jobs: Map<string, Job>
  tests: Test[]
  claims: Readonly<Record<string, Claim>>
  /** Results of an earlier sweep. */
  pilot?: string | undefined
  budget: Budget
  executor: ExecutorName
  slurm: SlurmSettings
  /** Distinct graphs that were checked. */
  graphs: number
}

/** `runs/sweeps/<name>` if nothing is said. */
export const usualOutput = (name: string): string => join('runs', 'sweeps', name)

/**
 * Reads and checks a whole sweep; opens no audio.
 *
 * @throws Problems, all of all arms at once
 */
export async function planSweep(file: string, output?: string): Promise<SweepPlan> {
  const sweep = await readSweepFile(file)
  if (!existsSync(sweep.base)) throw noBase(sweep)
  const arms = armsOf(sweep)
  const against = referenceArm(sweep, arms)
  const { budget, claims, evaluate, executor, pilot, slurm } = sweep.written
  const lists = new ListKeys()
  const variants = new Variants(sweep.base, lists)
  const problems: Problem[] = []
  const own = Object.values(evaluate).some(judgesOwn)
  const planned: SweepPlan['arms'] = []
  const found: { arm: Arm; seed: number; key: string; steps: number }[] = []
  for (const arm of arms) {
    try {
      const variant = await variants.of(arm)
      if (own) graphClassifier(variant.config.graph, variant.config.stages)
      const jobs = arm.seeds.map(seed => ({
        seed,
        key: jobKey(variant, seed, ownThreads(arm.edits) ? undefined : budget.threads),
      }))
      planned.push({ name: arm.name, edits: arm.edits.map(({ edit }) => edit), jobs })
      for (const job of jobs) found.push({ arm, ...job, steps: variant.train.steps })
    } catch (error) {
      if (error instanceof Problems) problems.push(...error.problems)
      else if (error instanceof Problem) problems.push(error)
      else throw error
    }
  }
  problems.push(...claimProblems(sweep, arms), ...(await testProblems(sweep)))
  if (problems.length > 0) throw new Problems(eachOnce(problems))
  return {
    name: sweep.name,
    file,
    base: sweep.base,
    output: output ?? usualOutput(sweep.name),
    against,
    arms: planned,
    jobs: jobsOf(found, against, budget),
    tests: await Promise.all(
      Object.entries(evaluate).map(async ([name, test]) => ({ name, ...test, list: await lists.of(test.set) })),
    ),
    ...{ claims, pilot, budget, executor, slurm },
    graphs: variants.graphs,
  }
}

const noBase = ({ base, spotAt }: SweepFile) =>
  new Problem('no-config', `There is no file ${base}.`, {
    place: { ...spotAt(['base']), path: 'base' },
    hint: 'base is a config, named from the folder of the sweep file.',
  })

function jobsOf(
  found: readonly { arm: Arm; seed: number; key: string; steps: number }[],
  against: string,
  { threads }: Budget,
): Map<string, Job> {
  const jobs = new Map<string, Job>()
  const place = new Map<number, number>()
  for (const { seed } of found) if (!place.has(seed)) place.set(seed, place.size)
  for (const { arm, seed, key, steps } of [...found].sort((a, b) => place.get(a.seed)! - place.get(b.seed)!)) {
    const known = jobs.get(key)
    if (known) known.reference ||= arm.name === against
    else {
      const edits = jobEdits(arm, seed, threads)
      jobs.set(key, { key, arm: arm.name, seed, edits, steps, reference: arm.name === against })
    }
  }
  return jobs
}

/** Data sets are looked at, not opened: missing ones and missing columns are told before anything runs. */
async function testProblems({ written: { evaluate }, spotAt }: SweepFile): Promise<Problem[]> {
  if (Object.keys(evaluate).length === 0) return []
  const checked = await Promise.all(
    Object.entries(evaluate).map(([name, test]) => checkTest(name, test, key => spotAt(['evaluate', name, key]))),
  )
  return checked.flat()
}

/** The same problem in many arms is one problem. */
function eachOnce(problems: readonly Problem[]): Problem[] {
  const told = new Map<string, Problem>()
  for (const problem of problems) {
    const { file, line, column } = problem.place ?? {}
    const key = JSON.stringify([file, line, column, problem.message.replace(/^Arm '.*?': /, '')])
    if (!told.has(key)) told.set(key, problem)
  }
  return [...told.values()]
}

/** Whether a job's embeddings of a test come with baselines. */
export const withBaselines = (test: Test, { reference }: Job): boolean =>
  !judgesOwn(test) && (test.baselines === 'all' || (test.baselines === 'against' && reference))

/** File name of a job's evaluation: all that its figures depend on, beside the run's weights. */
export function testKey(test: Test, job: Job): string {
  const { name, set, list, label, separator, group, classifiers, hop } = test
  const all = [set, list, label, separator ?? null, group ?? null, classifiers, hop, withBaselines(test, job)]
  return `${name}-${hashed(all).slice(0, 8)}`
}
