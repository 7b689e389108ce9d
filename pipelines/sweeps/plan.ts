/** The jobs of a sweep: every arm with every seed, each distinct config once. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Problem, Problems } from '../../data/problem.js'
import type { Edit } from '../../graphs/language/edits.js'
import { graphClassifier } from '../evaluation/classification/trained-classifier.js'
import type { ExecutorName } from '../jobs/executor.js'
import type { SlurmSettings } from '../jobs/slurm-settings.js'
import { type Arm, armsOf, chosenArms, referenceArm } from './arms.js'
import { demandBefore, type Step, stepsLeft } from './before.js'
import { type HeldOut, writeFolds } from './cross-fit.js'
import { judgesOwn } from './evaluation-words.js'
import { stepsFor } from './needs.js'
import { checkTest, claimProblems } from './plan-checks.js'
import { readSweepFile, type SweepFile } from './sweep-file.js'
import type { Budget, Claim, CrossFit, Evaluation } from './sweep-schema.js'
import { hashed, jobEdits, jobKey, ListKeys, ownThreads, problemsOf, Variants } from './variants.js'

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
  /** The config that it changes. */
  base: string
  edits: Edit[]
  steps: number
  /** Where the sweep cross-fits. */
  heldOut?: HeldOut | undefined
  /** Whether its baselines are probed, where an evaluation asks for those of `against`. */
  reference: boolean
}

export interface SweepPlan {
  name: string
  /** Sweep file, and the config of all arms that name no other. */
  file: string
  base: string
  output: string
  against: string
  /** With the job of each seed, or those of its folds. */
  arms: {
    name: string
    base: string
    edits: Edit[]
    jobs: { seed: number; key: string; heldOut?: HeldOut | undefined }[]
  }[]
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
  /** What is not there and the arms that were asked for do not need. */
  spared: Step[]
}

/** `runs/sweeps/<name>` if nothing is said. */
export const usualOutput = (name: string): string => join('runs', 'sweeps', name)

/**
 * Reads and checks a whole sweep; opens no audio.
 *
 * @param only names of arms: of the others those stand in the plan that have nothing amiss, as they may have been run
 * @throws Problems, all of all these arms at once
 */
export async function planSweep(file: string, output?: string, only?: readonly string[]): Promise<SweepPlan> {
  const sweep = await readSweepFile(file)
  const folder = output ?? usualOutput(sweep.name)
  const arms = armsOf(sweep)
  const chosen = chosenArms(sweep, arms, only)
  const isChosen = new Set(chosen)
  const { needed, spared } = await stepsFor(sweep, only && chosen)
  demandBefore(sweep, needed, folder, only)
  demandBases(sweep, chosen)
  const against = referenceArm(sweep, arms)
  const { evaluate, crossFit } = sweep
  const { budget, claims, executor, pilot, slurm } = sweep.written
  const folds = crossFit ? await foldsOf(sweep, folder, crossFit) : [undefined]
  const lists = new ListKeys()
  const variants = new Variants(lists)
  const problems: Problem[] = []
  const planned: SweepPlan['arms'] = []
  const found: Found[] = []
  for (const arm of arms) {
    try {
      const own = await foundOf(arm, folds, sweep, variants)
      found.push(...own)
      const jobs = own.map(({ seed, key, heldOut }) => ({ seed, key, ...(heldOut && { heldOut }) }))
      planned.push({ name: arm.name, base: arm.base, edits: arm.edits.map(({ edit }) => edit), jobs })
    } catch (error) {
      const own = problemsOf(error)
      if (isChosen.has(arm)) problems.push(...own)
    }
  }
  problems.push(...claimProblems(sweep, arms), ...(await testProblems(sweep)))
  if (problems.length > 0) throw new Problems(eachOnce(problems))
  return {
    name: sweep.name,
    file,
    base: sweep.base,
    output: folder,
    against,
    arms: planned,
    jobs: jobsOf(found, against, budget),
    tests: await Promise.all(
      Object.entries(evaluate).map(async ([name, test]) => ({ name, ...test, list: await lists.of(test.set) })),
    ),
    ...{ claims, pilot, budget, executor, slurm },
    graphs: variants.graphs,
    spared: stepsLeft(spared, folder),
  }
}

/** @throws Problem `no-config` */
function demandBases(sweep: SweepFile, arms: readonly Arm[]): void {
  for (const { name, base } of [{ name: undefined, base: sweep.base }, ...arms]) {
    if (existsSync(base)) continue
    const path = name === undefined ? ['base'] : ['arms', name, 'base']
    throw new Problem('no-config', `There is no file ${base}.`, {
      place: { ...sweep.spotAt(path), path: path.join('.') },
      hint: 'base is a config, named from the folder of the sweep file.',
    })
  }
}

async function foldsOf({ spotAt }: SweepFile, output: string, crossFit: CrossFit): Promise<HeldOut[]> {
  try {
    return await writeFolds(output, crossFit)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const place = { ...spotAt(['cross-fit']), path: 'cross-fit' }
    throw new Problems([new Problem(error.code, error.message, { place, hint: error.hint })])
  }
}

/** The arm, trained on the groups that a fold does not hold out. */
const onFold = (arm: Arm, { training }: HeldOut, { spotAt }: SweepFile): Arm => ({
  ...arm,
  edits: [
    ...arm.edits,
    { edit: { set: `data.set=${JSON.stringify(resolve(training))}` }, spot: spotAt(['cross-fit']) },
  ],
})

interface Found {
  arm: Arm
  seed: number
  key: string
  heldOut: HeldOut | undefined
  steps: number
}

/** An arm's jobs: each fold with each seed. @throws Problems */
async function foundOf(
  arm: Arm,
  folds: readonly (HeldOut | undefined)[],
  sweep: SweepFile,
  variants: Variants,
): Promise<Found[]> {
  const own = Object.values(sweep.evaluate).some(judgesOwn)
  const threads = ownThreads(arm.edits) ? undefined : sweep.written.budget.threads
  const found: Found[] = []
  for (const heldOut of folds) {
    const fitted = heldOut ? onFold(arm, heldOut, sweep) : arm
    for (const seed of arm.seeds) {
      const variant = await variants.of(fitted, seed, threads)
      if (own) graphClassifier(variant.config.graph, variant.config.stages)
      found.push({ arm: fitted, seed, key: jobKey(variant, seed, threads), heldOut, steps: variant.train.steps })
    }
  }
  return found
}

function jobsOf(found: readonly Found[], against: string, { threads }: Budget): Map<string, Job> {
  const jobs = new Map<string, Job>()
  const place = new Map<number, number>()
  for (const { seed } of found) if (!place.has(seed)) place.set(seed, place.size)
  for (const { arm, seed, key, heldOut, steps } of [...found].sort((a, b) => place.get(a.seed)! - place.get(b.seed)!)) {
    const known = jobs.get(key)
    if (known) known.reference ||= arm.name === against
    else {
      const edits = jobEdits(arm, seed, threads)
      const job = { key, arm: arm.name, seed, base: arm.base, edits, steps, reference: arm.name === against }
      jobs.set(key, { ...job, ...(heldOut && { heldOut }) })
    }
  }
  return jobs
}

/** Data sets are looked at, not opened: missing ones and missing columns are told before anything runs. */
async function testProblems({ evaluate, spotAt }: SweepFile): Promise<Problem[]> {
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

/** The sounds that a job is judged on. */
export const setOf = ({ set, heldOut }: Test, job: Job): string =>
  heldOut && job.heldOut ? resolve(job.heldOut.test) : set

/** File name of a job's evaluation: all that its figures depend on, beside the run's weights. */
export function testKey(test: Test, job: Job): string {
  const { name, list, label, separator, group, classifiers, hop } = test
  const all = [
    setOf(test, job),
    list,
    label,
    separator ?? null,
    group ?? null,
    classifiers,
    hop,
    withBaselines(test, job),
  ]
  return `${name}-${hashed(all).slice(0, 8)}`
}
