/** A list done in shards is the list done at once; killed, failed and stopped on the way, too. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { JobFolder } from '../../../pipelines/jobs/job-folder.js'
import { signalTo, thisProcess } from '../../../pipelines/jobs/processes.js'
import { earshot, start } from '../../earshot.js'
import { hold } from '../../hold.js'
import { smallConfig } from '../../small-config.js'
import { type SmallSeparator, smallSeparator, succeeds } from '../separation/small-separator.js'
import { until } from '../sweeps/small-sweep.js'

const { folder, sounds, config, cache } = smallConfig('in shards', { steps: 4, every: 4 })
const at = (name: string) => join(folder, name)
const verb = (...words: string[]) => earshot(words, cache)
const embed = (name: string, ...more: string[]) => ['embed', at('run'), sounds, '-o', at(name), ...more]

/** The folders of shards, by number, as far as they have been begun. */
function shardsOf(output: string): Record<string, JobFolder<object>> {
  const jobs = join(`${output}.shards`, 'jobs')
  const keys = existsSync(jobs) ? readdirSync(jobs) : []
  return Object.fromEntries(keys.map(key => [key.split('-')[0]!, new JobFolder(join(jobs, key))]))
}

const workerOf = (shard: JobFolder<object>) => shard.status()!.process!

const stateOf = (output: string, shard: number) => shardsOf(output)[shard]?.now().state

test.before(async () => {
  await succeeds(verb('train', config, '--run', at('run')))
  await succeeds(verb(...embed('whole.arrow', '--no-baselines')))
})

const sameAsWhole = (t: ExecutionContext, name: string) => {
  for (const ending of ['', '.skipped.jsonl'])
    t.deepEqual(readFileSync(at(name + ending)), readFileSync(at(`whole.arrow${ending}`)), ending)
  t.false(existsSync(at(`${name}.shards`)), 'nothing else stays')
}

test.serial('embedded in shards, two at a time, it is the same file, and the same list of bad clips', async t => {
  const { out, error } = await succeeds(
    verb(...embed('parts.arrow', '--no-baselines', '--shards', '2', '--max-parallel', '2', '--workers', '1')),
  )
  t.regex(error, /^\[1\/2\] shard \d\/2: done in \d+ \w+ {2}about \d+ \w+ left$/m)
  t.regex(error, /^\[2\/2\] shard \d\/2: done in \d+ \w+$/m)
  t.regex(
    out,
    /parts\.arrow: 24 rows of 2 shards, 1 clip left out \(.*parts\.arrow\.skipped\.jsonl says why\)\.\nNext:/,
  )
  sameAsWhole(t, 'parts.arrow')
})

test.serial('killed, stopped and failed shards: what is done is kept, and the file is the same', async t => {
  const output = at('rough.arrow')
  const words = embed('rough.arrow', '--no-baselines', '--shards', '3')
  const first = start(words, cache)
  await until(() => stateOf(output, 2) === 'running', 'the second shard')
  const shard = shardsOf(output)[2]!
  const held = hold(workerOf(shard).pid)
  t.regex((await verb(...words)).error, /Process \d+ on .* works on the shards of .*rough\.arrow\./)
  await first.kill()
  process.kill(held.pid, 'SIGKILL')

  const second = start(words, cache)
  const again = () => shard.now().state === 'running' && workerOf(shard).pid !== held.pid
  await until(again, 'the second shard again')
  const { letGo } = hold(workerOf(shard).pid)
  second.process.kill('SIGINT')
  letGo()
  const stopped = await second.end
  t.is(stopped.code, 130, stopped.error)
  t.regex(stopped.out, /^1 of 3 shards are done\.\nRun the same command again to go on: what is done is kept\.\n$/)

  const third = join(dirname(shard.path), basename(shard.path).replace('2', '3'))
  mkdirSync(third, { recursive: true })
  writeFileSync(join(third, 'lock'), JSON.stringify(thisProcess()))
  const { code, out, error } = await verb(...words)
  t.is(code, 1, error)
  t.regex(error, /^1 of 3 shards are done\.$/m)
  t.regex(out, /^2 of 3 shards are done\.\n {2}shard 3\/3 failed: its process died 4 times .* \(.*log\.txt\)$/m)
  t.regex(readFileSync(join(third, 'log.txt'), 'utf8'), /Process \d+ on .* is at work in/)
  t.false(existsSync(output))

  rmSync(join(third, 'lock'))
  const last = await succeeds(verb(...words))
  t.notRegex(last.error, /shard [12]\/3/, 'they were not made again')
  sameAsWhole(t, 'rough.arrow')
})

test.serial('options that do not go together are told before anything begins', async t => {
  const cases: [string[], RegExp][] = [
    [['--shards', '2', '--shard', '1/2'], /--shard makes one shard, --shards makes all of them/],
    [['--shards', '0'], /--shards must be at least 1, not '0'\./],
    [['--shards', '26'], /25 clips cannot be parted into 26 shards\./],
    [['--max-parallel', '2'], /--max-parallel says how shards run: say how many with --shards 16/],
    [['--executor', 'slurm'], /--executor says how shards run/],
    [['--shards', '2', '--executor', 'slum'], /There is no executor 'slum'\. .*slurm/],
    [['--shards', '2', '--slurm', 'x.yaml'], /add --executor slurm\./],
    [['--shards', '2', '--layer', 'nowhere'], /nowhere/],
  ]
  for (const [words, message] of cases) {
    const { code, error } = await verb(...embed('none.arrow', ...words))
    t.is(code, 1)
    t.regex(error.replace(/\s+/g, ' '), message)
  }
  const wrong = at('wrong.yaml')
  writeFileSync(wrong, 'partition: cpu\nmemry: 3 GB\n')
  const { error } = await verb(...embed('none.arrow', '--shards', '2', '--executor', 'slurm', '--slurm', wrong))
  t.regex(error, /wrong\.yaml:2:1 .*\n(?:.|\n)*slurm has no setting 'memry'\. Did you mean 'memory'/)
  t.false(existsSync(at('none.arrow.shards')))
})

let small: SmallSeparator

/** Every file of a folder of separated recordings, but for those that name their place or time. */
function filesOf(output: string): Map<string, Buffer> {
  const names = (readdirSync(output, { recursive: true }) as string[]).filter(name => /\.(wav|jsonl|html)$/.test(name))
  return new Map(names.sort().map(name => [name, readFileSync(join(output, name))]))
}

test.serial(
  'separated in shards into one folder, it is the folder of one process; killed in the middle, too',
  async t => {
    small = await smallSeparator('separate in shards', 6)
    const of = (name: string) => join(small.folder, name)
    writeFileSync(of('scenes/text.wav'), 'no sound')
    const separate = (name: string, ...more: string[]) => ['separate', small.run, of('scenes'), '-o', of(name), ...more]
    await succeeds(small.earshot(...separate('whole')))
    const words = separate('parts', '--shards', '2', '--max-parallel', '2')
    const first = start(words, { EARSHOT_CACHE: of('cache') })
    await until(() => stateOf(of('parts'), 1) === 'running' && stateOf(of('parts'), 2) === 'running', 'both shards')
    const one = workerOf(shardsOf(of('parts'))[1]!)
    await until(() => existsSync(of('parts')) && readdirSync(of('parts')).length > 0, 'a recording')
    await first.kill()
    signalTo(one, 'SIGKILL')
    const { out } = await succeeds(small.earshot(...words))
    t.regex(out, /Left out:\n {2}.*text\.wav: (?:.|\n)*recordings separated, 3 channels each\.\nOpen .*index\.html/)
    t.deepEqual([...filesOf(of('parts')).keys()], [...filesOf(of('whole')).keys()])
    t.deepEqual(filesOf(of('parts')), filesOf(of('whole')))
    t.false(existsSync(of('parts.shards')))

    rmSync(join(of('parts'), 'index.html'))
    const alone = await succeeds(small.earshot(...separate('parts', '--shard', '2/2')))
    t.regex(alone.out, /, \d+ of them before, 3 channels each\.\nNext, when all shards are there: the same command/)
    t.false(existsSync(join(of('parts'), 'index.html')), 'a shard writes no page')
    await succeeds(small.earshot(...separate('parts')))
    t.deepEqual(filesOf(of('parts')), filesOf(of('whole')), 'the same command without --shard does')
  },
)
