/** A small sweep through the command line: killed in every way there is, it ends with the figures of one left alone. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import test, { type ExecutionContext } from 'ava'
import { holderOf } from '../../../pipelines/jobs/process-lock.js'
import { type Finished, start } from '../../earshot.js'
import { askedToEnd, stopsAt } from '../../hold.js'
import { holdTraining } from './hold-training.js'
import { jobsOf, metricsOf, smallSweep, statusOf, sweepVerb, tableOf, until } from './small-sweep.js'

const STEPS = 8

const isGone = (pid: number) => {
  try {
    process.kill(pid, 0)
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}

const small = smallSweep('sweep', STEPS)
const quiet = join(small.folder, 'quiet')
const rough = join(small.folder, 'rough')

test.serial('a sweep left alone ends with a table; a job that fails is in it, with its reason', async t => {
  const { code, out, error } = await sweepVerb(small, quiet)
  t.is(code, 1, error)
  t.regex(out, /^## kits \(development\): 24 clips, 2 classes, 5 of 'kit' held out whole; chance 50\.0 %$/m)
  t.regex(
    out,
    /\| logistic regression +\| seeds +\| log-loss {2}95 %[\s\S]*\| hot +\| 1 +\| [\d.]+ \[[-\d.]+, [\d.]+\] +\| [-+][\d.]+ \[[-+]/,
  )
  t.regex(out, /\| twin +\| 1 +\| .*\| \+0\.000 \[\+0\.000, \+0\.000\] +\| not resolved/)
  t.regex(out, /\| strict +\| 0 \(1 missing\) \| - /)
  t.regex(out, /\| \(untrained encoder\) /)
  t.regex(out, /- strict, seed 3: failed: 1 of 25 clips cannot be used/)
  t.regex(out, /intervals: groups of 'kit' alone, as there is one seed/)
  t.regex(out, /3 jobs: 2 done, 1 failed\.\nSaved: .*\nNext: .* --retry\n$/)
  t.regex(error, /\[1\/3\] base \(also twin\), seed 3: done in .+ {2}about \d+ \w+ left\n/)
  const arrow = tableFromIPC(readFileSync(join(quiet, 'results.arrow')))
  t.is(arrow.numRows, tableOf(quiet).trim().split('\n').length - 1)
  t.is(arrow.getChild('value')!.get(0), Number(tableOf(quiet).split('\n')[1]!.split(',')[7]))
})

test.serial('what is done is not done again, failed jobs wait for --retry, and plan says how things stand', async t => {
  const before = readFileSync(join(jobsOf(quiet).base!, 'log.txt'), 'utf8')
  const again = await sweepVerb(small, quiet)
  t.is(again.code, 1)
  t.is(again.error, '')
  t.is(readFileSync(join(jobsOf(quiet).base!, 'log.txt'), 'utf8'), before)
  const plan = await sweepVerb(small, quiet, 'plan')
  t.is(plan.code, 0)
  t.regex(plan.out, /^base +3 +([0-9a-f]{16}) +done \(.+\)\n/m)
  t.regex(plan.out, /^strict +3 +[0-9a-f]{16} +failed +--set train\.bad-clips=0 {2}1 of 25 clips/m)
  t.regex(plan.out, /3 jobs; 1 of 4 are the same as another and run once\./)
  const retried = await sweepVerb(small, quiet, 'run', '--retry', '--only', 'strict')
  t.is(retried.code, 1)
  t.regex(retried.error, /^\[1\/1\] strict, seed 3: failed in .+?: 1 of 25 clips cannot be used/)
})

/** Every training stops itself at the first checkpoint that it writes. */
const stopping = { ...small.cache, ...stopsAt(/checkpoints\/step-\d+\.json$/) }

test.serial('killed controllers and workers, and Ctrl-C, change no figure', async t => {
  const first = start(['sweep', 'run', small.file, '--output', rough], stopping)
  const orphan = await holdTraining(rough, 'base', STEPS)
  await refusesASecondController(t)
  await first.kill()
  process.kill(statusOf(jobsOf(rough).base!).process.pid, 'SIGKILL') // its training is there without it

  const second = start(['sweep', 'run', small.file, '--output', rough], stopping)
  const again = await holdTraining(rough, 'base', STEPS, orphan)
  t.true(isGone(orphan.pid), 'the training of the killed job was ended')
  process.kill(again.pid, 'SIGKILL')
  ;(await holdTraining(rough, 'base', STEPS, again)).letGo() // begun once more by its job, to its end
  const hot = await holdTraining(rough, 'hot', STEPS)
  await second.kill() // the job itself goes on

  const worker = statusOf(jobsOf(rough).hot!).process.pid
  const third = start(['sweep', 'run', small.file, '--output', rough], small.cache)
  await until(() => holderOf(join(rough, 'lock'))?.pid === third.process.pid, 'the third controller')
  third.process.kill('SIGINT')
  await Promise.race([askedToEnd(hot.pid), third.end])
  t.is(statusOf(jobsOf(rough).hot!).process.pid, worker, 'a living job was taken over, not begun again')
  hot.letGo()
  stoppedCleanly(t, await third.end)
  await until(() => isGone(worker), 'the end of the job')

  const last = await sweepVerb(small, rough)
  t.is(last.code, 1, last.error)
  t.is(tableOf(rough), tableOf(quiet))
  for (const arm of ['base', 'hot']) t.is(metricsOf(rough, arm), metricsOf(quiet, arm), arm)
})

async function refusesASecondController(t: ExecutionContext) {
  const { code, error } = await sweepVerb(small, rough)
  t.is(code, 1)
  t.regex(error, /Process \d+ on .* is running the sweep in .*rough\./)
  t.regex(error, /Look at it: \.\/earshot sweep plan/)
}

function stoppedCleanly(t: ExecutionContext, { code, out, error }: Finished) {
  t.is(code, 130, error)
  t.regex(out, /^Stopped\. Go on with:\n {2}\.\/earshot sweep run '.*' --output '.*rough'\n$/)
  t.is(statusOf(jobsOf(rough).hot!).state, 'waiting')
}

test.serial('an evaluation that is added later trains nothing again', async t => {
  const text = readFileSync(small.file, 'utf8').replace('budget:', '  clips: { set: test.yaml, label: label }\nbudget:')
  writeFileSync(small.file, text)
  const log = join(jobsOf(rough).base!, 'log.txt')
  const metrics = join(jobsOf(rough).base!, 'run', 'metrics.jsonl')
  const [before, figures] = [readFileSync(log, 'utf8'), readFileSync(metrics, 'utf8')]
  const { code, out, error } = await sweepVerb(small, rough, 'run', '--only', 'base')
  t.is(code, 1, error)
  t.regex(error, /^\[1\/1\] base \(also twin\), seed 3: done/)
  t.regex(out, /^## clips \(development\): 24 clips, 2 classes; chance 50\.0 %$/m)
  t.is(readFileSync(metrics, 'utf8'), figures)
  t.notRegex(readFileSync(log, 'utf8').slice(before.length), /^training \d/m)
})

/** A sweep without evaluations. */
const further = (name: string, text: string) => {
  const file = join(small.folder, `${name}.yaml`)
  writeFileSync(file, `base: small.yaml\n${text}`)
  return { file, output: join(small.folder, name) }
}

test.serial('jobs side by side: the sounds are read once, before the first', async t => {
  const cache = { EARSHOT_CACHE: join(small.folder, 'another-cache') }
  const { file, output } = further(
    'beside',
    `edits: [{ set: train.steps=4 }]
arms: { base: [], hot: [{ set: nodes.similarity.temperature=0.5 }] }
budget: { jobs-at-once: 2, threads: 1, memory: 100 MB }
`,
  )
  const { process: child, end } = start(['sweep', 'run', file, '--output', output], cache)
  await until(() => Object.keys(jobsOf(output)).length > 0 || child.exitCode !== null, 'the first job')
  const before = features(cache.EARSHOT_CACHE)
  const { code, out, error } = await end
  t.is(code, 0, error)
  t.is(before.length, 24)
  t.deepEqual(features(cache.EARSHOT_CACHE), before, 'no feature was written again')
  t.regex(out, /2 jobs: 2 done\./)
})

test.serial('a job that takes longer than it may has failed', async t => {
  const { file, output } = further(
    'endless',
    'arms: { endless: [{ set: train.steps=1000000 }] }\nbudget: { time: 1 s }\n',
  )
  const { code, out } = await sweepVerb({ ...small, file }, output)
  t.is(code, 1)
  t.regex(out, /- endless, seed 0: failed: took longer than 1 s \(budget\.time\), in train/)
  t.true(isGone(statusOf(jobsOf(output).endless!).process.pid))
})

test.serial('a trial says what the jobs will cost', async t => {
  const { file, output } = further('tried', 'arms: { base: [], longer: [{ set: train.steps=999 }] }\n')
  const { code, out, error } = await sweepVerb({ ...small, file }, output, 'plan', '--trial', '2')
  t.is(code, 0, error)
  t.regex(out, /^Time: about .* for 2 jobs\. From a trial of 2 steps of the base: .+ to start, .+ a step;/m)
  t.deepEqual(readdirSync(output), ['trial.json'])
})

/** Name and inode: a file that is written again has another one. */
function features(cache: string): string[] {
  const folder = join(cache, 'features')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.f32'))
  return files.map(name => `${name} ${statSync(join(folder, name)).ino}`).sort()
}
