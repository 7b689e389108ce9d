/** Ctrl-C at any time: work ends cleanly, says how to go on, and leaves no program behind. */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { findFfmpeg } from '../../../data/decoding/ffmpeg.js'
import { isRunning } from '../../../pipelines/jobs/processes.js'
import { stopOnInterrupt, watchOutput } from '../../../pipelines/terminal/interrupt.js'
import { earshot, start } from '../../earshot.js'
import { type SmallConfig, smallConfig } from '../../small-config.js'

const STATE = (run: string) => JSON.parse(readFileSync(join(run, 'status.json'), 'utf8')).state

/** A config with a sound that only ffmpeg could read, and an ffmpeg that tells of sounds but never decodes one, and notes its process. */
function withHangingFfmpeg(name: string) {
  const config = smallConfig(name, { steps: 2, every: 2 })
  writeFileSync(join(config.sounds, 'odd.m4a'), 'no sound that anybody knows')
  const notes = join(config.folder, 'processes')
  const program = join(config.folder, 'ffmpeg.sh')
  const asked = '-encoders|-formats|-codecs|-filters'
  writeFileSync(
    program,
    `#!/bin/sh
for word in "$@"; do case "$word" in ${asked}) exec "${findFfmpeg()}" "$@";; esac; done
echo $$ >> "${notes}"
exec sleep 600
`,
  )
  chmodSync(program, 0o755)
  return { config, notes, hanging: { ...config.cache, FFMPEG_PATH: program } }
}

/** Starts a verb, presses Ctrl-C once ffmpeg hangs, and looks for what it leaves behind. */
async function interrupted(t: ExecutionContext, words: string[], notes: string, environment: SmallConfig['cache']) {
  rmSync(notes, { force: true })
  const { process: child, end } = start(words, environment)
  while (!noted(notes) && child.exitCode === null) await sleep(20)
  child.kill('SIGINT')
  const { code, out, error } = await end
  t.is(code, 130, error)
  t.notRegex(error, /AbortError| {4}at /)
  nothingLeft(t, notes)
  return out
}

const noted = (notes: string) => existsSync(notes) && readFileSync(notes, 'utf8').includes('\n')

function nothingLeft(t: ExecutionContext, notes: string) {
  const pids = readFileSync(notes, 'utf8').trim().split('\n').map(Number)
  t.deepEqual(pids.filter(isRunning), [], 'an ffmpeg was left behind')
}

test('while sounds are read: train and embed end, ffmpeg too, and both can be done again', async t => {
  const { config, notes, hanging } = withHangingFfmpeg('interrupt-reading')
  const run = join(config.folder, 'run')
  const out = await interrupted(t, ['train', config.config, '--run', run], notes, hanging)
  t.regex(out, /Stopped while preparing.*\n {2}\.\/earshot train --run .* --resume/)
  t.is(STATE(run), 'interrupted')
  t.false(existsSync(join(run, 'lock')))
  const resumed = await earshot(['train', '--run', run, '--resume'], config.cache)
  t.is(resumed.code, 0, resumed.error)
  t.regex(resumed.out, /The trainer was busy \d+ % of the time/)
  t.is(STATE(run), 'finished')

  const vectors = join(config.folder, 'vectors.arrow')
  const embed = ['embed', run, config.sounds, '-o', vectors]
  t.regex(await interrupted(t, embed, notes, hanging), /Stopped; .*vectors\.arrow has not been written/)
  t.deepEqual(
    readdirSync(config.folder).filter(name => name.startsWith('vectors')),
    [],
  )
  const embedded = await earshot(embed, config.cache)
  t.is(embedded.code, 0, embedded.error)
  t.regex(embedded.out, / took \d+ % of the time/)
})

test('the second Ctrl-C ends at once, and still leaves no ffmpeg behind', async t => {
  const { config, notes, hanging } = withHangingFfmpeg('interrupt-twice')
  const child = start(['train', config.config, '--run', join(config.folder, 'run')], hanging)
  child.process.stderr?.on('data', text => /Press Ctrl-C again/.test(text) && child.process.kill('SIGINT'))
  while (!noted(notes) && child.process.exitCode === null) await sleep(20)
  child.process.kill('SIGINT')
  const { code, error } = await child.end
  t.is(code, 130, error)
  nothingLeft(t, notes)
})

test('metrics of the streams are kept, a line a logged step', async t => {
  const config = smallConfig('stream-figures', { steps: 3, every: 3 })
  const run = join(config.folder, 'run')
  const { code, error } = await earshot(['train', config.config, '--run', run], config.cache)
  t.is(code, 0, error)
  const lines = readFileSync(join(run, 'streams.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  t.deepEqual(
    lines.map(({ step }) => step),
    [1, 2, 3],
  )
  const { busy, inFlight, items, batches } = lines[2]
  t.deepEqual(Object.keys(busy).includes('mixed'), true)
  t.true(inFlight > 0 && items >= 24 && batches >= 3)
})

test.serial('SIGTERM may come several times and only asks; a second Ctrl-C ends the process', t => {
  const exits: unknown[] = []
  const exit = process.exit
  process.exit = ((code: number) => void exits.push(code)) as typeof process.exit
  const { signal, release } = stopOnInterrupt('Stopping.')
  try {
    process.emit('SIGTERM', 'SIGTERM')
    t.true(signal.aborted)
    process.emit('SIGTERM', 'SIGTERM')
    t.deepEqual(exits, [])
    process.emit('SIGINT', 'SIGINT')
    t.deepEqual(exits, [130])
  } finally {
    release()
    process.exit = exit
  }
})

test.serial('a closed terminal asks, too: by SIGHUP, as often as it likes, and by output that nobody reads', t => {
  watchOutput()
  for (const close of [
    () => process.emit('SIGHUP', 'SIGHUP'),
    () => process.stderr.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' })),
    () => process.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  ]) {
    const { signal, release } = stopOnInterrupt('Stopping.')
    close()
    t.true(signal.aborted)
    close()
    release()
  }
})

test('SIGHUP saves, and gives the run folder free', async t => {
  const config = smallConfig('hang-up', { steps: 100_000, every: 100_000 })
  const run = join(config.folder, 'run')
  const { process: child, end } = start(['train', config.config, '--run', run], config.cache)
  while (!existsSync(join(run, 'metrics.jsonl')) && child.exitCode === null) await sleep(20)
  child.stdout!.destroy()
  child.stderr!.destroy()
  child.kill('SIGHUP')
  const { code } = await end
  t.is(code, 130)
  t.is(STATE(run), 'interrupted')
  t.false(existsSync(join(run, 'lock')))
  t.is(readdirSync(join(run, 'checkpoints')).filter(name => /^step-.*json$/.test(name)).length, 1)
})
