/** The same sweep through a real Slurm of one node, undisturbed and roughly handled: the figures of this machine alone. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import test from 'ava'
import { holderOf } from '../../../pipelines/jobs/process-lock.js'
import { writtenArrays } from '../../../pipelines/jobs/slurm-array.js'
import { squeue, type Task } from '../../../pipelines/jobs/slurm-commands.js'
import { earshot, start } from '../../earshot.js'
import { slurmIsInstalled, startSlurm } from '../../slurm/one-node.js'
import { holdTraining } from './hold-training.js'
import { checkpoints, jobsOf, metricsOf, smallSweep, statusOf, sweepVerb, tableOf, until } from './small-sweep.js'

const STEPS = 40
const here = slurmIsInstalled()
const slurm = here ? test.serial : test.serial.skip
let stopSlurm = () => {}

test.before(() => {
  if (here) stopSlurm = startSlurm()
})
test.after.always(() => stopSlurm())

const settings = `budget: { threads: 1, jobs-at-once: 2, memory: 200 MB }
executor: slurm
slurm: { time: 30 min, options: [--nice=10] }`
const small = smallSweep('slurm', STEPS, settings)
const alone = join(small.folder, 'alone')
const quiet = join(small.folder, 'quiet')
const rough = join(small.folder, 'rough')

test.serial('a plan says what Slurm will be asked for', async t => {
  const { out, error } = await sweepVerb(small, alone, 'plan')
  const line =
    'Runs through Slurm: usual partition, 2 at once; each 1 processor, 0.2 GB, 30 min at a stretch; --nice=10.'
  t.true(out.includes(line), `${out}${error}`)
  t.false((await sweepVerb(small, alone, 'plan', '--executor', 'local')).out.includes('Slurm'))
})

test.serial('where Slurm is not to be found, and where there is no such executor, a sentence says so', async t => {
  const environment = { ...small.cache, PATH: small.folder }
  const { code, error } = await start(['sweep', 'run', small.file, '--output', quiet], environment).end
  t.is(code, 1)
  t.regex(error, /There is no program 'sbatch': Slurm is not installed here, or is not in PATH\.\n.*--executor local/)
  t.deepEqual(jobsOf(quiet), {}, 'nothing was begun')
  const unknown = await sweepVerb(small, quiet, 'run', '--executor', 'slum')
  t.regex(unknown.error, /There is no executor 'slum'\. .*slurm/)
})

test.serial('Slurm has to know how many processors a job needs', async t => {
  const without = smallSweep('slurm-threads', STEPS, 'budget: { memory: 100 MB }')
  const { code, error } = await sweepVerb(without, join(without.folder, 'x'), 'plan', '--executor', 'slurm')
  t.is(code, 1)
  t.regex(error, /sweep\.yaml.*\n.*Slurm has to know how many processors a job needs(?:.|\n)*budget: \{ threads: 2 \}/)
  const few = smallSweep('slurm-few', STEPS, 'budget: { threads: 2 }\nslurm: { cpus: 1 }')
  t.regex(
    (await sweepVerb(few, alone, 'plan')).error,
    /sweep\.yaml:12:16 .*\n(?:.|\n)*has 2 threads \(budget\.threads\), but slurm\.cpus gives it 1\./,
  )
})

slurm('the sweep on this machine alone', async t => {
  const { code, error } = await sweepVerb(small, alone, 'run', '--executor', 'local')
  t.is(code, 1, error)
})

slurm('through Slurm it gives the same figures', async t => {
  const { code, out, error } = await sweepVerb(small, quiet)
  t.is(code, 1, error)
  t.regex(error, /^Slurm has taken 3 jobs as array \d+\.$/m)
  t.regex(error, /strict, seed 3: failed in .+?: 1 of 25 clips cannot be used/)
  t.regex(out, /3 jobs: 2 done, 1 failed\./)
  t.is(tableOf(quiet), tableOf(alone))
  for (const arm of ['base', 'hot']) t.is(metricsOf(quiet, arm), metricsOf(alone, arm), arm)
})

slurm('a killed controller, tasks put back, cancelled, and out of time change no figure', async t => {
  const first = start(['sweep', 'run', small.file, '--output', rough], small.cache)
  const held = await Promise.all(['base', 'hot'].map(arm => holdTraining(rough, arm, STEPS)))
  await first.kill()
  const base = await taskOf('base')
  execFileSync('scontrol', ['requeue', base.id])
  const putBack = holdTraining(rough, 'base', STEPS, held[0])

  const second = start(['sweep', 'run', small.file, '--output', rough], small.cache)
  await until(() => holderOf(join(rough, 'lock'))?.pid === second.process.pid, 'the second controller')
  execFileSync('scancel', [(await taskOf('hot')).id])
  const { letGo } = await putBack
  execFileSync('scancel', ['--batch', '--signal=USR1', base.id]) // as Slurm does ahead of the time limit
  letGo()
  await until(() => /back to the queue/.test(said(base)), 'the task whose time is over')

  const { code, error } = await second.end
  t.is(code, 1, error)
  t.is(tableOf(rough), tableOf(alone))
  for (const arm of ['base', 'hot']) t.is(metricsOf(rough, arm), metricsOf(alone, arm), arm)
  const arrays = readFileSync(join(rough, 'slurm', 'arrays.jsonl'), 'utf8')
    .trim()
    .split('\n')
  t.deepEqual(
    arrays.map(line => JSON.parse(line).jobs),
    [3, 1],
    'only the cancelled task was handed to Slurm again',
  )
})

slurm('Ctrl-C stops what runs and takes the rest out of the queue', async t => {
  const endless = smallSweep('slurm-stopped', 1_000_000, settings)
  const output = join(endless.folder, 'stopped')
  const { process: child, end } = start(
    ['sweep', 'run', endless.file, '--output', output, '--max-parallel', '1'],
    endless.cache,
  )
  await until(() => checkpoints(jobsOf(output).base).length > 0, 'training')
  child.kill('SIGINT')
  const { code, out, error } = await end
  t.is(code, 130, error)
  t.regex(out, /Go on with:\n {2}\.\/earshot sweep run '.*' --output '.*'\n$/)
  t.is(statusOf(jobsOf(output).base!).state, 'waiting')
  t.deepEqual(await squeue(), [])
})

slurm('what Slurm refuses is told in its words', async t => {
  const refused = smallSweep('slurm-refused', STEPS, `${settings.replace('--nice=10', '--partition=nowhere')}`)
  const { code, error } = await sweepVerb(refused, join(refused.folder, 'x'))
  t.is(code, 1)
  t.regex(error, /Slurm takes no jobs: .*[Ii]nvalid partition/)
  t.notRegex(error, /reading sounds/, 'it is known before any work')
  t.regex(error, /It was asked with: sbatch --test-only --cpus-per-task=1 --mem=191M --time=30 /)
})

slurm(
  'a list of sounds embedded in shards by an array, its controller killed, is the list embedded at once',
  async t => {
    const run = join(jobsOf(quiet).base!, 'run')
    const at = (name: string) => join(small.folder, name)
    const embed = (name: string) => ['embed', run, at('sounds'), '--no-baselines', '-o', at(name)]
    t.is((await earshot(embed('whole.arrow'), small.cache)).code, 0)
    writeFileSync(at('cluster.yaml'), 'cpus: 1\nmemory: 500 MB\ntime: 30 min\n')
    const words = [...embed('parts.arrow'), '--shards', '3', '--executor', 'slurm', '--slurm', at('cluster.yaml')]
    const first = start(words, small.cache)
    await until(async () => (await squeue()).length > 0, 'the array')
    await first.kill()
    const { code, out, error } = await earshot(words, small.cache)
    t.is(code, 0, error)
    t.regex(out, /parts\.arrow: 24 rows of 3 shards/)
    t.notRegex(error, /Slurm has taken/, 'the array that was there has done it')
    t.deepEqual(readFileSync(at('parts.arrow')), readFileSync(at('whole.arrow')))
  },
)

/** The task of an arm, in the queue now. */
async function taskOf(arm: string): Promise<Task> {
  const key = basename(jobsOf(rough)[arm]!)
  const arrays = writtenArrays(rough)
  const task = (await squeue()).find(({ name, index }) => arrays.get(name)?.keys[index] === key)
  if (!task) throw new Error(`${arm} is not in the queue`)
  return task
}

/** What the script of a task, and Slurm itself, have said. */
function said({ name, index }: Task): string {
  const file = readdirSync(join(rough, 'slurm')).find(one => one.startsWith(name) && one.endsWith(`${index}.txt`))
  return file !== undefined && existsSync(join(rough, 'slurm', file))
    ? readFileSync(join(rough, 'slurm', file), 'utf8')
    : ''
}
