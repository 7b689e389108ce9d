/**
 * Two recipes of contrastive learning in Earshot and in a PyTorch loop (bench/peers/simclr.py) that is given the same
 * features, both tuned with the same effort: the learning rates of configs/sweeps/recipe-tuning.yaml, judged on
 * development kits and voices. What is chosen is trained with three seeds, at equal steps and at equal time, and judged on
 * the kits and voices that chose nothing. Prints both systems side by side, with paired differences. 40 minutes on 2
 * quiet cores of an AMD EPYC; started again, it goes on where it stopped. From the root of the repository, after
 * `npm run build`:
 *
 *   EARSHOT_PYTHON=... EARSHOT_SOUNDS=... node dist/bench/recipes.js OUT [--steps 400] [--seeds 3]
 *
 * Python with torch, pyarrow and safetensors: EARSHOT_PYTHON, or python3.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeWhole } from '../data/whole-file.js'
import { readConfig } from '../pipelines/configuration/config.js'
import { tryLock } from '../pipelines/jobs/process-lock.js'
import { mean } from '../pipelines/statistics/mean.js'
import { planSweep } from '../pipelines/sweeps/plan.js'
import { readSweepFile } from '../pipelines/sweeps/sweep-file.js'
import { bestOfEach, type Pace, stepsInTimeOf, type Tuned } from './recipes/choice.js'
import { figuresOf, type Probed } from './recipes/contest.js'
import { writeFeatures } from './recipes/features.js'
import { type Contest, differences, sideBySide, tuningTable } from './recipes/tables.js'
import { type Setting, SYSTEMS, type System, settingOf, type Trial, titleOf } from './recipes/trial.js'
import { Workshop } from './recipes/workshop.js'

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string' }, seeds: { type: 'string', default: '3' } },
})
const output = positionals[0]
if (output === undefined) throw new Error('Name a folder for the runs: node dist/bench/recipes.js OUT')
const lock = tryLock(join(output, 'lock'))
if ('holder' in lock) throw new Error(`Process ${lock.holder.pid} is at work in ${output}.`)

const plan = await planSweep(join('configs', 'sweeps', 'recipe-tuning.yaml'))
const study = await readSweepFile(join('configs', 'sweeps', 'contrastive-study.yaml'))
const reports = Object.entries(study.evaluate)
  .filter(([, { role }]) => role === 'report')
  .map(([name, test]) => ({ name, ...test, list: '' }))
const settings = plan.arms.map(settingOf)
const recipes = [...new Set(settings.map(({ recipe }) => recipe))]
const seeds = Array.from({ length: Number(given.seeds) }, (_, seed) => seed)
const steps = Number(given.steps ?? [...plan.jobs.values()][0]!.steps)
const python = process.env.EARSHOT_PYTHON ?? 'python3'
if (spawnSync(python, ['-c', 'import torch, pyarrow, safetensors']).status !== 0)
  throw new Error(
    `'${python}' cannot import torch, pyarrow and safetensors: set EARSHOT_PYTHON to a Python that has them.`,
  )
const workshop = new Workshop(output, plan.base, python)
await workshop.clear()
const config = await readConfig(plan.base)
await writeFeatures(workshop.features, config, [{ name: 'training', set: config.data.set }, ...plan.tests, ...reports])

/** Trainings that are still to come, as far as is known; the last are those at equal time. */
let left = settings.length * SYSTEMS.length + recipes.length * (SYSTEMS.length * (seeds.length - 1) + seeds.length)
const seen = new Set<string>()
const began = Date.now()
let trainedHere = 0

const tuned = await tune()
const contests: Contest[] = []
for (const recipe of recipes) contests.push(...(await contestsOf(recipe)))
const text = [
  '# Two recipes in Earshot and in PyTorch',
  `## Tuning: ${steps} steps, one seed, balanced accuracy of logistic regression on development sets, percent`,
  tuningTable(tuned),
  `## Report sets: balanced accuracy, percent, mean of ${seeds.length} seeds; seconds of training, without start-up`,
  sideBySide(contests),
  '## Differences: paired, clip by clip and seed by seed; resamples of groups and seeds together',
  differences(contests),
].join('\n\n')
writeWhole(join(output, 'results.md'), `${text}\n`)
console.log(`\n${text}\n\nSaved: ${join(output, 'results.md')}`)
lock.release()

async function tune(): Promise<Tuned[]> {
  const found: Tuned[] = []
  for (const setting of settings)
    for (const system of SYSTEMS) {
      const trial: Trial = { ...setting, system, seed: 0, steps }
      await trained(trial)
      const figures: Tuned['figures'] = {}
      for (const test of plan.tests)
        figures[test.name] = balancedIn(await workshop.probe(trial, test, ['logistic-regression']))
      found.push({ system, setting, figures })
    }
  return found
}

/** At equal steps; then in Earshot's time, and, where PyTorch is quicker, in PyTorch's. */
async function contestsOf(recipe: string): Promise<Contest[]> {
  const best = (system: System) =>
    bestOfEach(tuned).find(one => one.system === system && one.setting.recipe === recipe)!.setting
  const [ours, theirs] = [best('Earshot'), best('PyTorch')]
  const equal = { Earshot: await side('Earshot', ours, steps), PyTorch: await side('PyTorch', theirs, steps) }
  const theirSteps = stepsInTimeOf(equal.Earshot.paces, equal.PyTorch.paces)
  const inOurs = { ...equal, PyTorch: await side('PyTorch', theirs, theirSteps) }
  const found = [contest(recipe, 'equal steps', equal), contest(recipe, "equal time, Earshot's", inOurs)]
  if (theirSteps <= steps) return found
  left += seeds.length
  const ourSteps = stepsInTimeOf(equal.PyTorch.paces, equal.Earshot.paces)
  const inTheirs = { ...equal, Earshot: await side('Earshot', ours, ourSteps) }
  return [...found, contest(recipe, "equal time, PyTorch's", inTheirs)]
}

interface Side {
  rate: number
  steps: number
  paces: Pace[]
  probed: Probed[]
}

/** All seeds of a setting in one system, probed on the report sets. */
async function side(system: System, setting: Setting, steps: number): Promise<Side> {
  const paces: Pace[] = []
  const probed: Probed[] = []
  for (const seed of seeds) {
    const trial: Trial = { ...setting, system, seed, steps }
    paces.push(await trained(trial))
    const probes: Probed['probes'] = {}
    for (const test of reports) probes[test.name] = await workshop.probe(trial, test, ['logistic-regression', 'knn'])
    probed.push({ system, seed, probes })
  }
  return { rate: setting.rate, steps, paces, probed }
}

function contest(recipe: string, condition: string, { Earshot, PyTorch }: Record<System, Side>): Contest {
  const shown = ({ rate, steps, paces }: Side) => ({
    ...{ rate, steps },
    seconds: mean(paces, ({ seconds }) => seconds),
  })
  const figures = figuresOf(plan, reports, [...Earshot.probed, ...PyTorch.probed])
  return { recipe, condition, sides: { Earshot: shown(Earshot), PyTorch: shown(PyTorch) }, figures }
}

/** Says what begins, and how long all that is left may take. */
async function trained(trial: Trial): Promise<Pace> {
  const title = titleOf(trial)
  if (!seen.has(title)) {
    seen.add(title)
    const there = workshop.isTrained(trial)
    const minutes = Math.ceil((((Date.now() - began) / trainedHere) * left) / 60_000)
    const rest = there ? ', done before' : trainedHere > 0 ? `, about ${minutes} min left` : ''
    console.log(`${new Date().toTimeString().slice(0, 8)}  ${title}${rest}`)
    left -= 1
    if (!there) trainedHere += 1
  }
  return workshop.train(trial)
}

/** Balanced accuracy of logistic regression. */
function balancedIn(probe: string): number {
  return JSON.parse(readFileSync(probe, 'utf8')).rows[0].figures['logistic regression'].balanced
}
