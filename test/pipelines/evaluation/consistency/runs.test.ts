import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { runsOf } from '../../../../pipelines/evaluation/consistency/runs.js'
import { scratchFolder } from '../../../earshot.js'

function job(sweep: string, key: string, order: { arm: string; seed: number }, state: string): string {
  const folder = join(sweep, 'jobs', key)
  mkdirSync(join(folder, 'run'), { recursive: true })
  writeFileSync(join(folder, 'job.json'), JSON.stringify({ key, ...order }))
  writeFileSync(join(folder, 'status.json'), JSON.stringify({ state }))
  return join(folder, 'run')
}

test('a run by itself', t => {
  const folder = scratchFolder('run')
  t.deepEqual(runsOf(folder), [{ arm: '', path: folder }])
})

test('the finished runs of a sweep, arm by arm, seed by seed', t => {
  const sweep = scratchFolder('sweep')
  const [b, a1, a0] = [
    job(sweep, '0', { arm: 'b', seed: 0 }, 'done'),
    job(sweep, '1', { arm: 'a', seed: 1 }, 'done'),
    job(sweep, '2', { arm: 'a', seed: 0 }, 'done'),
  ]
  job(sweep, '3', { arm: 'a', seed: 2 }, 'failed')
  t.deepEqual(runsOf(sweep), [
    { arm: 'a', seed: 0, path: a0 },
    { arm: 'a', seed: 1, path: a1 },
    { arm: 'b', seed: 0, path: b },
  ])
})

test('a sweep without a finished run says so', t => {
  const sweep = scratchFolder('sweep')
  job(sweep, '0', { arm: 'a', seed: 0 }, 'running')
  t.throws(() => runsOf(sweep), { code: 'no-runs' })
})
