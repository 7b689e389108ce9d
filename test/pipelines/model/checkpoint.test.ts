import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { tensorsFile, thinCheckpoints, writeBest } from '../../../engine/checkpoints/files.js'
import { type Checkpoint, findCheckpoint, hashGraph, writeCheckpoint } from '../../../pipelines/model/checkpoint.js'
import { scratchFolder } from '../../earshot.js'

function runWith(...steps: number[]): string {
  const run = scratchFolder('checkpoints')
  const folder = join(run, 'checkpoints')
  mkdirSync(folder)
  for (const step of steps) {
    const bytes = Buffer.from(`weights ${step}`)
    writeFileSync(tensorsFile(folder, step), bytes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    writeCheckpoint(folder, { step, sha256 } as Checkpoint)
  }
  return run
}

test('a run folder means its newest checkpoint, a file means itself', t => {
  const run = runWith(100, 1000, 900)
  t.is(findCheckpoint(run).checkpoint.step, 1000)
  t.is(findCheckpoint(tensorsFile(join(run, 'checkpoints'), 100)).checkpoint.step, 100)
  t.is(findCheckpoint(run).run, run)
})

test('weights that were cut short are refused', t => {
  const run = runWith(10)
  truncateSync(tensorsFile(join(run, 'checkpoints'), 10), 4)
  t.throws(() => findCheckpoint(run), { message: /cut short or replaced/ })
})

test('no checkpoint, no such path, and another format are told apart', t => {
  t.throws(() => findCheckpoint(runWith()), { message: /holds no checkpoint/ })
  t.throws(() => findCheckpoint('no/such/run'), { message: /does not exist/ })
  const run = runWith(1)
  writeFileSync(join(run, 'checkpoints/step-000001.json'), '{"format": 99}')
  t.throws(() => findCheckpoint(run), { message: /format 99, expected 2/ })
  writeFileSync(join(run, 'checkpoints/step-000001.json'), '{"for')
  t.throws(() => findCheckpoint(run), { message: /cannot be read/ })
  writeFileSync(join(run, 'checkpoints/step-000001.json'), 'null')
  t.throws(() => findCheckpoint(run), { message: /is not the JSON of a checkpoint/ })
})

test('thinning keeps the newest', t => {
  const folder = join(runWith(1, 2, 3, 4), 'checkpoints')
  thinCheckpoints(folder, { keep: 2, at: [] })
  t.deepEqual(readdirSync(folder), [
    'step-000003.json',
    'step-000003.safetensors',
    'step-000004.json',
    'step-000004.safetensors',
  ])
})

test('checkpoints of chosen steps stay', t => {
  const folder = join(runWith(1, 2, 3, 4), 'checkpoints')
  thinCheckpoints(folder, { keep: 1, at: [2, 4] })
  const kept = readdirSync(folder).filter(name => name.endsWith('json'))
  t.deepEqual(kept, ['step-000002.json', 'step-000004.json'])
})

test('the best is kept beside the newest, and has a name', t => {
  const run = runWith(1, 2, 3, 4)
  t.throws(() => findCheckpoint(`${run}@best`), { message: /has no best checkpoint/ })
  writeBest(join(run, 'checkpoints'), { step: 2, knn: 0.5 })
  thinCheckpoints(join(run, 'checkpoints'), { keep: 1, at: [] })
  const kept = readdirSync(join(run, 'checkpoints')).filter(name => /^step.*json$/.test(name))
  t.deepEqual(kept, ['step-000002.json', 'step-000004.json'])
  t.is(findCheckpoint(`${run}@best`).checkpoint.step, 2)
  t.is(findCheckpoint(run).checkpoint.step, 4)
})

test('equal graphs have equal hashes', t => {
  const node = {
    id: 'a',
    stage: 's',
    place: 'item',
    parameters: {},
    inputs: {},
    lifted: false,
    draws: 'separate',
    joint: false,
    out: { kind: 'clip' },
  } as const
  t.is(hashGraph({ nodes: [node] }), hashGraph({ nodes: [{ ...node }] }))
  t.not(hashGraph({ nodes: [node] }), hashGraph({ nodes: [{ ...node, parameters: { bands: 1 } }] }))
})
