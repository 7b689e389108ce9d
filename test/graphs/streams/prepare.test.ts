import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { type PrepareOptions, prepareFeatures } from '../../../graphs/streams/prepare.js'
import type { Clip } from '../../../stages/values.js'
import { herePool, wholeGraph } from './fake-graphs.js'

const graph = wholeGraph(4)
let folder: string

/** Written once: tests run side by side, and a file that another test is just writing has another hash. */
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'earshot-'))
  const ids = [...Array.from({ length: 50 }, (_, i) => `clip${i}`), 'bad1']
  await Promise.all(ids.map(id => writeFile(join(folder, id), id)))
})
test.after.always(() => rm(folder, { recursive: true }))

const clipsOf = (ids: readonly string[]): Clip[] => ids.map(id => ({ id, path: join(folder, id), labels: {} }))

const prepared = async (ids: string[], rest: Partial<PrepareOptions> = {}) =>
  prepareFeatures({ graph, clips: clipsOf(ids), cacheFolder: '', pool: herePool(), ...rest })

test('usable clips in the order of the manifest, with frames and seconds', async t => {
  const delay = () => sleep(Math.random() * 5)
  const { clips, nodes, skipped } = await prepared(['clip4', 'clip0', 'clip2'], {
    pool: herePool({ workers: 3, delay }),
  })
  t.deepEqual(
    clips.map(({ id }) => id),
    ['clip4', 'clip0', 'clip2'],
  )
  t.deepEqual(nodes.mel?.frames, [20, 20, 20])
  t.deepEqual(nodes.mel?.seconds, [0.2, 0.2, 0.2])
  t.is(new Set(nodes.mel?.keys).size, 3)
  t.deepEqual(skipped, [])
})

test('what is kept depends on other files that a row names, too; one that is not there skips the clip', async t => {
  const rows: Record<string, string>[] = [...['clip1', 'clip2', '', 'nothing'].map(beside => ({ beside })), {}]
  const clips = rows.map((labels, at) => ({ id: `row${at}`, path: join(folder, 'clip0'), labels }))
  const { nodes, skipped } = await prepareFeatures({ graph, clips, cacheFolder: '', pool: herePool() })
  const [one, other, empty, none] = nodes.mel!.keys
  t.is(new Set([one, other, none]).size, 3)
  t.is(empty, none)
  t.deepEqual(
    skipped.map(({ clip }) => clip),
    ['row3'],
  )
})

test('mean and deviation over every number', async t => {
  const { statistics } = await prepared(['clip1', 'clip5'])
  const numbers = [1, 5].flatMap(clip => Array.from({ length: 20 }, (_, frame) => Math.fround(clip + frame / 1000)))
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length
  t.true(Math.abs(statistics.mel!.mean - mean) < 1e-6)
  t.true(Math.abs(statistics.mel!.deviation - Math.sqrt(variance)) < 1e-6)
})

test('what cannot be read is skipped with its reason, the others are as without it', async t => {
  const seen: unknown[] = []
  const { clips, nodes, statistics, skipped } = await prepared(['clip0', 'bad1', 'clip2', 'missing3'], {
    onProgress: progress => seen.push(progress),
  })
  t.deepEqual(
    clips.map(({ id }) => id),
    ['clip0', 'clip2'],
  )
  t.deepEqual(
    skipped.map(({ clip, code }) => [clip, code]),
    [
      ['bad1', 'failed'],
      ['missing3', 'audio-missing'],
    ],
  )
  t.is(skipped[0]!.reason, 'bad1 cannot be read')
  t.is(skipped[0]!.path, join(folder, 'bad1'))
  t.deepEqual(seen.at(-1), { done: 4, total: 4, skipped: 2 })
  const without = await prepared(['clip0', 'clip2'])
  t.deepEqual({ nodes, statistics }, { nodes: without.nodes, statistics: without.statistics })
})

test('no clip at all gives an empty set', async t => {
  const { clips, skipped } = await prepared(['bad1'])
  t.deepEqual([clips.length, skipped.length], [0, 1])
})

test('a cache that cannot be written stops the work', async t => {
  const pool = herePool()
  const failure = { code: 'cache-full', reason: 'No room is left.' }
  let asked = 0
  const broken = {
    ...pool,
    prepare: async () => {
      asked++
      await sleep(1)
      return { failure, fatal: true }
    },
  }
  const ids = Array.from({ length: 50 }, (_, i) => `clip${i}`)
  const error = await t.throwsAsync(prepared(ids, { pool: broken }), { instanceOf: Problem })
  t.is(error.code, 'cache-full')
  t.true(asked <= 2 * pool.workers)
})

test('can be cancelled', async t => {
  const cancel = new AbortController()
  const ids = Array.from({ length: 50 }, (_, i) => `clip${i}`)
  const onProgress = ({ done }: { done: number }) => {
    if (done === 5) cancel.abort(new Error('enough'))
  }
  const pool = herePool({ delay: () => (cancel.signal.aborted ? Promise.reject(cancel.signal.reason) : sleep(1)) })
  await t.throwsAsync(prepared(ids, { pool, signal: cancel.signal, onProgress }), { message: 'enough' })
  await t.throwsAsync(prepared(ids, { pool, signal: cancel.signal }), { message: 'enough' })
})
