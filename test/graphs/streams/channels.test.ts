/** Recordings, excerpts, labels, levels and channels through preparing and streaming, in graphs as people write them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { lastValueFrom, tap, toArray } from 'rxjs'
import { FeatureCache } from '../../../data/feature-cache.js'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { streamBatches } from '../../../graphs/streams/batches.js'
import { StreamMetrics } from '../../../graphs/streams/metrics.js'
import { openPool } from '../../../graphs/streams/pool.js'
import { prepareFeatures } from '../../../graphs/streams/prepare.js'
import type { Clip } from '../../../stages/values.js'
import { written } from '../language/written.js'
import { SAMPLES } from './channel-stages.js'
import { herePool, STAGES_MODULE, stages } from './fake-graphs.js'

const SEPARATED = `nodes:
  clip:   { stage: clips }
  sound:  { stage: tone, from: clip }
  mel:    { stage: thinned, from: sound }
  parts:  { stage: split, from: sound }
  mels:   { stage: thinned, from: parts }
  level:  { stage: loudness, from: parts }
  chosen: { stage: choose, mixture: mel, parts: mels }
  view:   { stage: cut-one, from: chosen, frames: 4 }
  views:  { stage: batch, from: view, size: 3 }
  levels: { stage: batch, from: level, size: 3 }
  pieces: { stage: quiver, from: pieces-cut }
  pieces-cut: { stage: crop, from: parts, length: 20 ms }
  channels: { stage: batch, from: pieces, size: 3 }
  second: { stage: batch, from: pieces-cut.2, size: 3 }
  word:   { stage: word, from: clip }
  words:  { stage: batch, from: word, size: 3 }
  one: { stage: hear, from: views }
  two: { stage: hear, from: levels }
  three: { stage: hear, from: channels }
  four: { stage: hear, from: second }
  five: { stage: hear, from: words }
`

interface Given {
  text?: string
  clips?: number
  steps?: number
  workers?: number
  delays?: boolean
  threads?: boolean
}

async function run(t: ExecutionContext, { text = SEPARATED, clips = 7, steps = 6, ...rest }: Given = {}) {
  const folder = written(t, { 'graph.yaml': text })
  const { graph, problems } = await readGraph(join(folder, 'graph.yaml'), { stages })
  t.deepEqual(problems, [])
  const files = Array.from({ length: clips }, (_, i): Clip => {
    const path = join(folder, `clip${i}`)
    writeFileSync(path, `sound ${i}`)
    return { id: `clip${i}`, path, labels: {} }
  })
  let turn = 0
  const delay = () => (rest.delays ? sleep((7 * ++turn) % 5) : Promise.resolve())
  const workers = rest.workers ?? 2
  const pool = rest.threads ? openPool({ workers }) : herePool({ workers, delay })
  try {
    const common = { graph: graph!, pool, stagesModule: STAGES_MODULE }
    const prepared = await prepareFeatures({ ...common, clips: files, cacheFolder: join(folder, 'cache') })
    t.deepEqual(prepared.skipped, [])
    const metrics = new StreamMetrics()
    const given = { ...common, prepared, stages, seed: 5, steps, metrics }
    const batches = await lastValueFrom(streamBatches(given).pipe(tap({ next: batch => batch.release() }), toArray()))
    return { prepared, figures: metrics.read(), batches: batches.map(({ values, items }) => ({ values, items })) }
  } finally {
    await pool.close()
  }
}

const near = (one: number, other: number) => Math.abs(one - other) < 2e-3
const numberOf = (clip: string) => Number(clip.slice(4))

test('each row holds its own clip, in every batch of the graph: joined by identity', async t => {
  const { batches } = await run(t)
  for (const { values, items } of batches) {
    for (const [row, { clip }] of items.entries()) {
      const n = numberOf(clip)
      const { a, b } = values.views!
      t.true(a!.subarray(row * 8, row * 8 + 8).every(value => Math.floor(value + 1e-3) === n))
      const channel = Math.floor(b![row * 8]! / 100)
      t.true(channel >= 1 && channel <= 3)
      t.true(b!.subarray(row * 8, row * 8 + 8).every(value => Math.floor(value - 100 * channel + 1e-3) === n))
      const levels = Array.from(values.levels!.only!.subarray(row * 3, row * 3 + 3))
      t.true(levels.every((level, k) => near(level, n + 100 * (k + 1))))
      t.deepEqual(
        Array.from(values.words!.only!.subarray(row * 3, row * 3 + 3)),
        [0, 1, 2].map(k => (n % 3 === k ? 1 : 0)),
      )
      for (let k = 0; k < 3; k++) {
        const at = 20 * (3 * row + k)
        t.is(Math.floor(values.channels!.only![at]! / 100), k + 1)
      }
      const second = values.second!.only!.subarray(row * 20, row * 20 + 20)
      t.true(second.every((value, i) => near(value - second[0]!, i / 1000)))
      t.is(Math.floor(second[0]! / 100), 2)
    }
  }
})

test('each channel has draws of its own, and a named channel is that of the whole', async t => {
  const { batches } = await run(t)
  const starts = new Set<number>()
  for (const { values } of batches)
    for (let row = 0; row < 3; row++) {
      const [one, two] = [0, 1].map(k => values.channels!.only![20 * (3 * row + k)]! % 1)
      starts.add(Math.round(1000 * Math.abs(one! - two!)))
    }
  t.true(starts.size > 10)
  const shared = await run(t, {
    text: SEPARATED.replace('from: parts, length', 'from: parts, draws: shared, length').replace(
      'quiver, from: pieces-cut',
      'quiver, from: pieces-cut, draws: shared',
    ),
  })
  for (const { values } of shared.batches)
    for (let row = 0; row < 3; row++)
      for (let k = 1; k < 3; k++) {
        const [one, other] = [0, k].map(k => values.channels!.only![20 * (3 * row + k)]!)
        t.true(near(other! - one!, 100 * k))
      }
})

test('channels lie one after the other in one feature file; seconds and frames are those of one lane', async t => {
  const { prepared } = await run(t, { steps: 1, threads: true })
  t.deepEqual(Object.keys(prepared.nodes), ['sound', 'mel', 'parts', 'mels', 'level'])
  t.deepEqual(prepared.nodes.parts!.frames[0], SAMPLES)
  t.deepEqual(prepared.nodes.mels!.frames[0], SAMPLES / 10)
  t.is(prepared.nodes.sound!.seconds[0], 0.15)
  t.is(prepared.nodes.parts!.seconds[0], SAMPLES / 1000)
  t.is(prepared.nodes.mels!.seconds[0], SAMPLES / 1000)
  const cache = new FeatureCache(prepared.cacheFolder)
  const [parts, mels, level] = ['parts', 'mels', 'level'].map(id => cache.open(prepared.nodes[id]!.keys[4]!)!)
  t.deepEqual([parts!.bands, parts!.frames], [1, 3 * SAMPLES])
  t.true(near(parts!.read(2 * SAMPLES + 7, 1)[0]!, 304.007))
  t.deepEqual([mels!.bands, mels!.frames], [2, (3 * SAMPLES) / 10])
  t.true(near(mels!.read(SAMPLES / 10, 1)[1]!, 204))
  t.deepEqual([level!.bands, level!.frames], [3, 1])
})

test('what stages count goes to the figures of the stream', async t => {
  const { figures } = await run(t, { clips: 6, steps: 8 })
  t.deepEqual(Object.keys(figures.counts).sort(), ['chosen.channel 1', 'chosen.channel 2', 'chosen.channel 3'])
  const all = Object.values(figures.counts).reduce((sum, count) => sum + count, 0)
  t.true(all >= figures.items, `${all} choices for ${figures.items} items`)
})

test('worker count, threads and delays change nothing', async t => {
  const plain = await run(t, { workers: 1 })
  t.deepEqual((await run(t, { workers: 3, delays: true })).batches, plain.batches)
  t.deepEqual((await run(t, { workers: 2, threads: true })).batches, plain.batches)
})

test('lanes that are not equally long are the fault of the clip, not of the program', async t => {
  const folder = written(t, {
    'graph.yaml': SEPARATED.replace('split, from: sound', 'split, from: sound, crooked: true'),
  })
  const { graph } = await readGraph(join(folder, 'graph.yaml'), { stages })
  const path = join(folder, 'clip1')
  writeFileSync(path, readFileSync(join(folder, 'graph.yaml')))
  const clips = [{ id: 'clip1', path, labels: {} }]
  const { skipped } = await prepareFeatures({ graph: graph!, clips, cacheFolder: '', pool: herePool() })
  t.is(skipped[0]?.code, 'lanes-differ')
  t.regex(skipped[0]!.reason, /first holds 200 numbers and number 3 holds 199/)
})

test('a clip that is shorter than its excerpt is dropped with a hint at at-least', async t => {
  const text = SEPARATED.replace('length: 20 ms', 'length: 201 ms')
  const error = await t.throwsAsync(run(t, { text }))
  t.regex(error.message, /too few of them could be used/)
})
