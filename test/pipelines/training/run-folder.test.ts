import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { nameOf, thisProcess } from '../../../pipelines/jobs/processes.js'
import { RunFolder } from '../../../pipelines/training/run-folder.js'
import { lockRun } from '../../../pipelines/training/train-in-folder.js'
import { scratchFolder } from '../../earshot.js'

test('a folder that holds something is refused', t => {
  const path = scratchFolder('run')
  writeFileSync(join(path, 'mine.txt'), '')
  const refused = t.throws<Problem>(() => RunFolder.create(path), { message: /already there, and is not a run/ })
  t.notRegex(refused.hint!, /--resume/)
})

test('a run that failed before its first step gives way, one with a step, a lock or a file of mine does not', t => {
  const path = join(scratchFolder('run'), 'again')
  RunFolder.create(path).write('run.yaml', 'name: again')
  writeFileSync(join(path, 'skipped.jsonl'), '{}')
  const again = RunFolder.create(path)
  t.false(existsSync(again.file('run.yaml')))
  for (const [name, text] of [
    ['metrics.jsonl', '{}'],
    ['lock', '1'],
    ['notes.txt', ''],
    ['checkpoints/step-000010.json', ''],
  ] as const) {
    again.write('run.yaml', 'name: again')
    writeFileSync(again.file(name), text)
    t.throws(() => RunFolder.create(path), { message: /already there/ }, name)
    rmSync(again.file(name))
  }
})

test('a folder without run.yaml is not a run', t => {
  t.throws(() => RunFolder.open(scratchFolder('run')), { message: /not a run folder/ })
})

test('a folder below a file cannot be made, and the sentence says so', t => {
  const path = join(scratchFolder('run'), 'file')
  writeFileSync(path, '')
  t.throws(() => RunFolder.create(join(path, 'run')), {
    message: /run\/checkpoints cannot be written: a part of the path is a file/,
  })
})

test('files are cut back to their lengths', t => {
  const run = RunFolder.create(scratchFolder('run'))
  run.append('metrics.jsonl', { step: 1 })
  const lengths = run.lengths(['metrics.jsonl', 'skipped.jsonl'])
  run.append('metrics.jsonl', { step: 2 })
  run.append('skipped.jsonl', { clip: 'x' })
  run.cutBack(lengths)
  t.is(readFileSync(run.file('metrics.jsonl'), 'utf8'), '{"step":1}\n')
  t.is(readFileSync(run.file('skipped.jsonl'), 'utf8'), '')
})

test('only one living process holds a run; a dead one does not', t => {
  const run = RunFolder.create(scratchFolder('run'))
  const unlock = lockRun(run)
  t.throws(() => lockRun(run), { message: /is training in/ })
  unlock()
  writeFileSync(run.file('lock'), JSON.stringify({ ...thisProcess(), began: 'long ago' }))
  t.notThrows(() => lockRun(run), 'its number belongs to another process now')
})

test('a process that was killed holds no run, even before its parent has heard of it', async t => {
  const run = RunFolder.create(scratchFolder('run'))
  // what sh leaves behind never asks after the sleep that it started
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => parent.kill())
  const [line] = await once(parent.stdout, 'data')
  const killed = nameOf(Number(line))
  writeFileSync(run.file('lock'), JSON.stringify(killed))
  t.throws(() => lockRun(run), { message: /is training in/ })
  process.kill(killed.pid, 'SIGKILL')
  while (!/\) Z/.test(readFileSync(`/proc/${killed.pid}/stat`, 'utf8'))) await sleep(10)
  t.notThrows(() => lockRun(run))
})

test('checkpoints have a folder of their own', t => {
  const run = RunFolder.create(join(scratchFolder('run'), 'new'))
  t.throws(() => mkdirSync(run.checkpoints), { code: 'EEXIST' })
})

test('a file that is shorter than it was is cut to whole lines, never filled', t => {
  const run = RunFolder.create(scratchFolder('run'))
  writeFileSync(run.file('metrics.jsonl'), '{"step":1}\n{"st')
  run.cutBack({ 'metrics.jsonl': 100, 'timings.jsonl': 20 })
  t.is(readFileSync(run.file('metrics.jsonl'), 'utf8'), '{"step":1}\n')
  t.false(existsSync(run.file('timings.jsonl')))
})

test('a run that found no room for its run.yaml gives way, a folder of mine does not', t => {
  const path = join(scratchFolder('run'), 'full')
  const run = RunFolder.create(path)
  run.status('failed', { reason: 'No room is left.' })
  writeFileSync(run.file('run.yaml.17.part'), 'half')
  t.is(RunFolder.create(path).path, path)
  writeFileSync(join(path, 'notes.txt'), '')
  t.throws(() => RunFolder.create(path), { message: /already there/ })
})

test('a full disk is told in words', t => {
  const run = RunFolder.create(scratchFolder('run'))
  symlinkSync('/dev/full', run.file('metrics.jsonl'))
  t.throws(() => run.append('metrics.jsonl', { step: 1 }), { instanceOf: Problem, code: 'disk-full' })
})
