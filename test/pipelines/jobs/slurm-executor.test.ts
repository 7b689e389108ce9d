/** What the executor makes of Slurm's answers; here small scripts in PATH answer in its place. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { JobFolder, jobPath } from '../../../pipelines/jobs/job-folder.js'
import { writtenArrays } from '../../../pipelines/jobs/slurm-array.js'
import { SlurmExecutor } from '../../../pipelines/jobs/slurm-executor.js'
import { scratchFolder } from '../../earshot.js'

const folder = scratchFolder('slurm 100% fake')
const programs = join(folder, 'bin')
mkdirSync(programs)
process.env.PATH = `${programs}:${process.env.PATH}`

/** A program that notes how it was called, and then does as it is told. */
function program(name: string, text: string) {
  writeFileSync(join(programs, name), `#!/bin/sh\nprintf '%s\\n' "$*" >>'${folder}/${name}.log'\n${text}\n`)
  chmodSync(join(programs, name), 0o755)
}

const calls = (name: string) =>
  readFileSync(join(folder, `${name}.log`), 'utf8')
    .trim()
    .split('\n')
const queue = (text: string) => program('squeue', `cat <<'END'\n${text}\nEND`)

program('scontrol', 'echo "MaxArraySize            = 5"')
program('sbatch', 'echo "7;cluster"')
program('scancel', '')

const output = join(folder, 'sweep')
const settings = { partition: 'big', time: 5000, options: ['--account=sound'] }
const options = { output, command: ['sweep', 'job', output], most: 2, cpus: 3, memory: 2e9, settings }

test.serial('an array is named, limited and threaded as it was asked for, and found again by its name', async t => {
  const executor = await SlurmExecutor.open(options)
  t.deepEqual([executor.room(0), executor.room(1)], [5, 0], 'one array at a time, no longer than the cluster takes')
  await executor.start(['a', 'b', 'c'])
  const [[name, { keys }] = ['', { keys: [] }]] = [...writtenArrays(output)]
  t.deepEqual(keys, ['a', 'b', 'c'])
  const [first, words = ''] = calls('sbatch')
  t.regex(first!, /^--parsable --test-only --cpus-per-task=3 .* --wrap=true$/)
  t.true(words.startsWith(`--parsable --array=0-2%2 --job-name=${name} --requeue --export=ALL --open-mode=append `))
  t.true(words.includes(`--output=${output.replace('%', '%%')}/slurm/${name}.%a.txt `), words)
  t.true(words.includes('--cpus-per-task=3 --mem=1908M --partition=big --time=84 --signal=B:USR1@120 --account=sound '))

  queue(`9|0|RUNNING|None|other\n7|1|PENDING|Resources|${name}\n7|0|RUNNING|None|${name}\n12|N/A|RUNNING|None|${name}`)
  t.deepEqual(await executor.alive(['a', 'b', 'c']), new Set(['a', 'b']))
  const later = await SlurmExecutor.open(options)
  t.deepEqual(await later.alive(['a', 'b', 'c']), new Set(['a', 'b']), 'a new controller sees the same')
  new JobFolder(jobPath(output, 'a')).write({ state: 'done' })
  t.deepEqual(await executor.alive(['a', 'b', 'c']), new Set(['b']), 'the word of a job comes before that of the queue')
  new JobFolder(jobPath(output, 'a')).write({ state: 'running' })
})

test.serial('a silent Slurm has ended nothing; what runs is signalled, what waits is taken out', async t => {
  const executor = await SlurmExecutor.open(options)
  await executor.alive(['a'])
  program('squeue', 'echo "slurm_load_jobs error: Unable to contact slurm controller (connect failure)" >&2; exit 1')
  await executor.stop(['a', 'b', 'c'])
  t.deepEqual(calls('scancel'), ['--quiet 7_1', '--quiet --batch --signal=USR2 7_0'])
  t.deepEqual(await executor.alive(['a', 'b', 'c']), new Set(['a', 'b']))
  queue('')
  const { now } = Date
  Date.now = () => now() + 2100 // the queue is not looked at again at once
  t.deepEqual(await executor.alive(['a', 'b', 'c']), new Set())
  Date.now = now

  program('squeue', 'echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1')
  const blind = await SlurmExecutor.open(options)
  await t.throwsAsync(blind.alive(['a']), {
    message: /does not say what is in its queue: slurm_load_jobs error: Unable/,
  })

  program('scontrol', 'echo "JobId=8 ArrayJobId=7 JobState=OUT_OF_MEMORY Reason=OutOfMemory ExitCode=0:125 RunTime=1"')
  t.is(await executor.fate('a'), 'Slurm says OUT_OF_MEMORY, exit code 0:125 of task 7_0')
  program('scontrol', 'echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1')
  program('sacct', 'echo "TIMEOUT|0:0"')
  t.is(await executor.fate('a'), 'Slurm says TIMEOUT of task 7_0')
  program('sacct', 'echo "Slurm accounting storage is disabled" >&2; exit 1')
  t.is(await executor.fate('a'), undefined)
  t.is(await executor.fate('c'), undefined, 'it was never seen')
})

test.serial('what sbatch says against an array is told', async t => {
  program('scontrol', 'echo "MaxArraySize = 1001"')
  const executor = await SlurmExecutor.open({ ...options, output: join(folder, 'refused') })
  program(
    'sbatch',
    'printf "sbatch: error: invalid account\\nsbatch: error: Batch job submission failed: No\\n" >&2; exit 1',
  )
  await t.throwsAsync(executor.start(['a']), {
    message: 'Slurm takes no jobs: invalid account. Batch job submission failed: No.',
  })
  rmSync(join(programs, 'sbatch'))
  process.env.PATH = programs
  await t.throwsAsync(SlurmExecutor.open(options), { message: /There is no program 'sbatch'/ })
})
