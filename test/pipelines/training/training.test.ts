/** What a run promises: same bits again, on any number of workers, and after being killed. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { earshot, start } from '../../earshot.js'
import { stopped, stopsAt } from '../../hold.js'
import { type SmallConfig, smallConfig } from '../../small-config.js'

async function trained(t: ExecutionContext, config: SmallConfig, run: string, ...more: string[]) {
  const { code, error } = await earshot(['train', config.config, '--run', run, ...more], config.cache)
  t.is(code, 0, error)
}

const weights = (run: string, step: number) =>
  readFileSync(join(run, 'checkpoints', `step-${String(step).padStart(6, '0')}.safetensors`))

/** How many tensors there were after each step. */
function tensorsAlive(run: string): number[] {
  const lines = readFileSync(join(run, 'timings.jsonl'), 'utf8').trim().split('\n')
  return lines.map(line => JSON.parse(line).tensors)
}

test.serial(
  'the same run in two processes, with one and with two workers, has the same bits after 20 steps',
  async t => {
    const config = smallConfig('bits', { steps: 20, every: 20, compile: 'auto' })
    const runs = ['first', 'second', 'two-workers'].map(name => join(config.folder, name)) as [string, string, string]
    await trained(t, config, runs[0], '--set', 'streams.workers=1')
    const elsewhere = ['train', config.config, '--run', runs[1], '--set', 'streams.workers=1']
    t.is((await start(elsewhere, config.cache).end).code, 0)
    await trained(t, config, runs[2], '--set', 'streams.workers=2')
    for (const run of runs.slice(1)) {
      t.deepEqual(weights(run, 20), weights(runs[0], 20))
      t.is(readFileSync(join(run, 'metrics.jsonl'), 'utf8'), readFileSync(join(runs[0], 'metrics.jsonl'), 'utf8'))
    }
    const skipped = readFileSync(join(runs[0], 'skipped.jsonl'), 'utf8')
    t.regex(skipped, /c-truncated\.flac/)
  },
)

test.serial(
  'killed on the way and resumed, a run ends with the bits of an undisturbed one, which leaves no tensors behind',
  async t => {
    const config = smallConfig('resume', { steps: 20, every: 10, compile: 'auto' })
    const straight = join(config.folder, 'straight')
    await trained(t, config, straight)
    t.is(new Set(tensorsAlive(straight).slice(1)).size, 1, `tensors alive after each step: ${tensorsAlive(straight)}`)
    const run = join(config.folder, 'killed')
    const first = start(['train', config.config, '--run', run], { ...config.cache, ...stopsAt(/step-000010\.json$/) })
    await stopped(first.process.pid)
    await first.kill()
    await first.end
    t.false(existsSync(join(run, 'checkpoints/step-000020.json')), 'it was killed before the end')
    const { code, error } = await earshot(['train', '--run', run, '--resume'], config.cache)
    t.is(code, 0, error)
    t.deepEqual(weights(run, 20), weights(straight, 20))
    for (const file of ['metrics.jsonl', 'skipped.jsonl']) {
      t.is(readFileSync(join(run, file), 'utf8'), readFileSync(join(straight, file), 'utf8'), file)
    }
  },
)

test.serial('Ctrl-C saves, says how to go on, and loses no step', async t => {
  const config = smallConfig('interrupt', { steps: 100_000, every: 100_000 })
  const run = join(config.folder, 'run')
  const first = start(['train', config.config, '--run', run], config.cache)
  await until(() => existsSync(join(run, 'metrics.jsonl')))
  first.process.kill('SIGINT')
  const { code, out } = await first.end
  t.is(code, 130)
  t.regex(out, /Go on with:\n {2}\.\/earshot train --run .* --resume/)
  const status = JSON.parse(readFileSync(join(run, 'status.json'), 'utf8'))
  t.is(status.state, 'interrupted')
  t.true(existsSync(join(run, 'checkpoints', `step-${String(status.step).padStart(6, '0')}.json`)))
})

test.serial('a run folder is never overwritten, and a checkpoint of another graph is refused', async t => {
  const config = smallConfig('refuse', { steps: 2, every: 2 })
  const run = join(config.folder, 'run')
  await trained(t, config, run)
  const again = await earshot(['train', config.config, '--run', run], config.cache)
  t.is(again.code, 1)
  t.regex(again.error, /already there/)
  const other = await earshot(
    ['train', config.config, '--run', run, '--resume', '--set', 'nodes.encoder.widths=[4, 4]'],
    config.cache,
  )
  t.is(other.code, 1)
  t.regex(other.error, /another graph/)
})

test.serial(
  'numbers that grow beyond all bounds stop a run at that step, logged or not; its clips are listed',
  async t => {
    const config = smallConfig('unbounded', { steps: 60, every: 4 })
    const run = join(config.folder, 'run')
    const edits = ['train.schedule.learning-rate=100', 'train.optimiser.weight-decay=10', 'train.log-every=1000']
    const words = ['train', config.config, '--run', run, ...edits.flatMap(edit => ['--set', edit])]
    const { code, error } = await earshot(words, config.cache)
    t.is(code, 1)
    const [, step] = /At step (\d+) the (?:value|gradient)/.exec(error.replaceAll(/\s+/g, ' ')) ?? []
    const failure = JSON.parse(readFileSync(join(run, 'failures.jsonl'), 'utf8'))
    t.is(failure.step, Number(step))
    t.is(failure.clips.length, 8)
    t.is(JSON.parse(readFileSync(join(run, 'status.json'), 'utf8')).state, 'failed')
    const steps = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).step)
    t.false(steps.includes(failure.step), 'nothing was logged of it')
  },
)

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 20))
}
