import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { lastValueFrom, tap, toArray } from 'rxjs'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { streamBatches } from '../../../graphs/streams/batches.js'
import { StreamMetrics } from '../../../graphs/streams/metrics.js'
import { openPool } from '../../../graphs/streams/pool.js'
import { prepareFeatures } from '../../../graphs/streams/prepare.js'
import type { Clip } from '../../../stages/values.js'

const SOUNDS = 'node_modules/supersonic-scsynth-samples/samples'
let folder: string

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'earshot-'))
})
test.after.always(() => rm(folder, { recursive: true }))

async function someSounds(): Promise<Clip[]> {
  const names = (await readdir(SOUNDS)).filter(name => /^drum_.*\.flac$/.test(name)).slice(0, 7)
  const broken = join(folder, 'broken.flac')
  await writeFile(broken, 'this is no sound')
  return [...names.map(name => join(SOUNDS, name)), broken].map(path => ({ id: path, path, labels: {} }))
}

async function run(workers: number) {
  const { graph, stages, problems } = await readGraph('graphs/contrastive-16k.yaml', { set: ['nodes.batch.size=3'] })
  if (!graph) throw problems[0]
  const pool = openPool({ workers })
  const metrics = new StreamMetrics()
  try {
    const cacheFolder = join(folder, `cache-${workers}`)
    const prepared = await prepareFeatures({ graph, clips: await someSounds(), cacheFolder, pool })
    const given = { graph, stages, prepared, pool, metrics, seed: 3, steps: 6, window: { batches: 2 } }
    const batches = await lastValueFrom(streamBatches(given).pipe(tap({ next: batch => batch.release() }), toArray()))
    const plain = batches.map(({ values, items, cursor }) => ({ values, items, cursor }))
    return { plain, prepared: { ...prepared, cacheFolder: '' }, figures: metrics.read() }
  } finally {
    await pool.close()
  }
}

test('the shipped recipe on real sounds: two views of three clips a batch, the same with one worker and with two', async t => {
  const one = await run(1)
  t.is(one.plain.length, 6)
  t.is(one.prepared.clips.length, 7)
  t.is(one.prepared.skipped.length, 1)
  t.truthy(one.prepared.skipped[0]!.reason)
  for (const { values } of one.plain) {
    const { a, b } = values.batch!
    t.is(a!.length, 3 * 96 * 64)
    t.true(a!.every(Number.isFinite) && b!.every(Number.isFinite))
    t.notDeepEqual(a, b)
  }
  const all = one.plain.flatMap(({ values }) => [...values.batch!.a!, ...values.batch!.b!])
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length
  t.true(Math.abs(mean) < 1, 'normalised by the statistics of the set')
  t.deepEqual(Object.keys(one.figures.busy).sort(), [
    'cropped',
    'masked',
    'mel',
    'mixed',
    'near',
    'noisy',
    'squeezed',
    'view',
  ])
  const two = await run(2)
  t.deepEqual(two.plain, one.plain)
  t.deepEqual(two.prepared, one.prepared)
})
