/** A job's folder is one process's at a time, also when machines are lost. */
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { jobFolder } from '../../../pipelines/sweeps/job-folder.js'
import { runJob } from '../../../pipelines/sweeps/run-job.js'
import { scratchFolder } from '../../earshot.js'

/** A job that a process of another machine holds, which gave its last sign of life some seconds ago. */
function heldElsewhere(seconds: number) {
  const output = scratchFolder('held')
  const folder = jobFolder({ output }, 'key')
  folder.writeOrder({ key: 'key', arm: 'base', seed: 0, base: join(output, 'nowhere.yaml'), edits: [], tests: [] })
  const process = { pid: 1, host: `not-${hostname()}`, began: '' }
  folder.write({ state: 'running', process })
  writeFileSync(folder.file('lock'), JSON.stringify(process))
  const then = Date.now() / 1000 - seconds
  utimesSync(folder.file('status.json'), then, then)
  return folder
}

test('a job whose machine has been silent for long is taken up on another', async t => {
  const folder = heldElsewhere(600)
  t.is(await runJob(folder, new AbortController().signal), 1)
  t.regex(folder.status()!.reason!, /nowhere\.yaml|no such file/)
  t.false(existsSync(folder.file('lock')))
})

test('one that gave a sign a moment ago is left alone', async t => {
  const folder = heldElsewhere(1)
  await t.throwsAsync(runJob(folder, AbortSignal.timeout(100)), { message: /Process 1 on not-.* is at work in / })
  t.true(existsSync(folder.file('lock')))
})

test('a run that keeps its best checkpoint is judged by it', async t => {
  const output = scratchFolder('best')
  const folder = jobFolder({ output }, 'key')
  const own = { set: join(output, 'none.tsv'), label: 'label', classifiers: ['own' as const], hop: 0.48 }
  const test = { ...own, key: 'held-out', baselines: false }
  folder.writeOrder({ key: 'key', arm: 'base', seed: 0, base: 'none.yaml', edits: [], tests: [test] })
  mkdirSync(join(folder.run, 'checkpoints'), { recursive: true })
  writeFileSync(join(folder.run, 'status.json'), JSON.stringify({ state: 'finished' }))
  writeFileSync(join(folder.run, 'checkpoints', 'best.json'), JSON.stringify({ step: 7 }))
  t.is(await runJob(folder, new AbortController().signal), 1)
  t.regex(readFileSync(folder.log, 'utf8'), /step-000007/)
})
