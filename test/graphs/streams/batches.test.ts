import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { lastValueFrom, tap, toArray } from 'rxjs'
import type { Problem } from '../../../data/problem.js'
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import { type StreamOptions, streamBatches } from '../../../graphs/streams/batches.js'
import type { Batch, Dropped } from '../../../graphs/streams/gather.js'
import { StreamMetrics } from '../../../graphs/streams/metrics.js'
import { fc, testProp } from '../../properties.js'
import {
  batchNode,
  CENTRED,
  CUT,
  clipsNamed,
  herePool,
  MIX,
  node,
  PATCH,
  preparedFor,
  RAMP,
  SOURCE,
  someClips,
  stages,
  view,
  wholeGraph,
} from './fake-graphs.js'

type Given = Partial<StreamOptions> & {
  clips?: ReturnType<typeof someClips>
  delay?: () => Promise<unknown>
  workers?: number
}

function stream({ clips = someClips(10), delay, workers, graph = wholeGraph(4), ...rest }: Given) {
  const pool = herePool({ ...(delay && { delay }), ...(workers && { workers }) })
  return streamBatches({ graph, prepared: preparedFor(clips), stages, pool, seed: 1, steps: 6, ...rest })
}

/** Every batch of a stream, each released once it has been looked at. */
const all = (given: Given = {}) => lastValueFrom(stream(given).pipe(tap({ next: batch => batch.release() }), toArray()))

const plain = (batches: Batch[]) => batches.map(({ values, items, cursor }) => ({ values, items, cursor }))

/** Waits that differ from call to call. */
function jitter(seed: number) {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return sleep(state % 4)
  }
}

test('batches hold pairs in lanes, in the order of the items', async t => {
  const batches = await all()
  t.is(batches.length, 6)
  for (const { values, items, cursor } of batches) {
    t.is(values.batch!.a!.length, 4 * 3 * 2)
    t.is(values.batch!.b!.length, 4 * 3 * 2)
    t.is(values.batch!.only, undefined)
    t.is(new Set(items.map(({ clip }) => clip)).size, 4)
    t.is(new Set(items.map(({ epoch }) => epoch)).size, 1)
    t.deepEqual(cursor, { epoch: items[3]!.epoch, position: items[3]!.position + 1 })
  }
  t.deepEqual(
    batches.map(({ cursor }) => [cursor.epoch, cursor.position]),
    [0, 1, 2].flatMap(epoch => [
      [epoch, 4],
      [epoch, 8],
    ]),
  )
})

test('each item has its own values in its own row', async t => {
  const nodes = [SOURCE, RAMP, CUT, batchNode(4, 'near')]
  for (const { values, items } of await all({ graph: { nodes } })) {
    for (const [row, { clip }] of items.entries()) {
      const first = values.batch!.a![row * 6]!
      t.is(Math.floor(first + 1e-4), Number(clip.slice(4)))
    }
  }
})

test('epochs are in different orders', async t => {
  const orders = (await all({ clips: someClips(8), graph: wholeGraph(8), steps: 3 })).map(({ items }) =>
    items.map(i => i.clip).join(),
  )
  t.is(new Set(orders).size, 3)
})

testProp(
  'workers, window, sub-batches and timing change nothing',
  [fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }), fc.nat(1000)],
  async (t, workers, batches, subBatch, seed) => {
    const clips = clipsNamed('clip0', 'clip1', 'stubborn2', 'clip3', 'clip4', 'clip5', 'clip6', 'stubborn7', 'clip8')
    const dropped: Dropped[][] = [[], []]
    const given = (which: number) => ({
      clips,
      graph: wholeGraph(3),
      onDrop: (drop: Dropped) => dropped[which]!.push(drop),
    })
    const expected = await all(given(0))
    const got = await all({ ...given(1), workers, window: { batches }, subBatch, delay: jitter(seed) })
    t.deepEqual(plain(got), plain(expected))
    t.deepEqual(dropped[1], dropped[0])
  },
  { numRuns: 30 },
)

test('a stream started at a cursor goes on exactly there', async t => {
  const clips = clipsNamed('clip0', 'clip1', 'stubborn2', 'clip3', 'clip4', 'clip5', 'clip6', 'clip7', 'clip8')
  const given = { clips, graph: wholeGraph(3) }
  const whole = await all({ ...given, steps: 9 })
  for (const done of [1, 2, 3, 4]) {
    const rest = await all({ ...given, steps: 9 - done, start: whole[done - 1]!.cursor })
    t.deepEqual(plain(rest), plain(whole.slice(done)))
  }
})

test('a failing clip is reported and changes nothing for the others', async t => {
  const graph = { nodes: [SOURCE, RAMP, CUT, view('shaken', 'shake', 'near'), batchNode(4, 'shaken')] }
  const rows = async (third: string) => {
    const dropped: Dropped[] = []
    const clips = clipsNamed('clip0', 'clip1', third, 'clip3', 'clip4', 'clip5', 'clip6')
    const batches = await all({ clips, graph, steps: 20, onDrop: drop => dropped.push(drop) })
    const values = new Map(
      batches.flatMap(({ items, values }) =>
        items.map(
          ({ clip, epoch }, row) => [`${clip} ${epoch}`, values.batch!.a!.slice(row * 6, (row + 1) * 6)] as const,
        ),
      ),
    )
    return { values, dropped, batches }
  }
  const good = await rows('clip2')
  const bad = await rows('stubborn2')
  t.true(bad.dropped.length > 0)
  const { position, ...drop } = bad.dropped[0]!
  const { epoch } = drop
  t.deepEqual(drop, {
    clip: 'stubborn2',
    path: '/sounds/stubborn2.wav',
    epoch,
    code: 'failed',
    reason: 'stubborn2 is stubborn',
    hint: undefined,
  })
  t.true(bad.batches.every(({ items }) => items.every(item => item.clip !== 'stubborn2')))
  for (const [name, value] of bad.values) if (good.values.has(name)) t.deepEqual(value, good.values.get(name))
})

test('numbers that are not finite are dropped, and told of the node that made them, not of those behind it', async t => {
  const dropped: Dropped[] = []
  const clips = clipsNamed('clip0', 'silent1', 'clip2', 'clip3', 'clip4', 'clip5')
  const batches = await all({ clips, onDrop: drop => dropped.push(drop) })
  t.true(batches.every(({ values }) => values.batch!.a!.every(Number.isFinite)))
  t.like(dropped[0], {
    clip: 'silent1',
    code: 'not-finite',
    reason: "'shaken' (shake) gives numbers that are not finite.",
  })
})

test('a mistake of a stage is told of its node', async t => {
  const dropped: Dropped[] = []
  const clips = clipsNamed('clip0', 'clumsy1', 'clip2', 'clip3', 'clip4', 'clip5')
  await all({ clips, onDrop: drop => dropped.push(drop) })
  t.is(dropped[0]!.reason, "'shaken' (shake) fails: from.frob is not a function")
})

test('a view more leaves the others alone', async t => {
  const nodes = [SOURCE, RAMP, CUT, MIX, view('shaken', 'shake', 'mixed')]
  const other: CheckedGraph = { nodes: [...nodes, view('more', 'shake', 'shaken'), batchNode(4, 'shaken')] }
  t.deepEqual(
    plain(await all({ graph: other })),
    plain(await all({ graph: { nodes: [...nodes, batchNode(4, 'shaken')] } })),
  )
})

test('two batch nodes, one of them over one side of the pair', async t => {
  const one = { ...batchNode(4, 'near', PATCH, { lane: 'b' }), id: 'one' }
  const nodes = [SOURCE, RAMP, CUT, batchNode(4, 'near'), one, CENTRED('near')]
  for (const { values } of await all({ graph: { nodes } })) t.deepEqual(values.one!.only, values.batch!.b)
})

test('a batch never holds a clip twice, even if the source repeats it', async t => {
  const source = node('clip', 'repeating', 'source', { parameters: { times: 3 }, out: { kind: 'clip' } })
  const nodes = [source, RAMP, CUT, batchNode(4, 'near')]
  const batches = await all({ graph: { nodes }, steps: 10 })
  t.is(batches.length, 10)
  for (const { items } of batches) t.is(new Set(items.map(({ clip }) => clip)).size, 4)
})

const release = (batch: Batch) => {
  batch.release()
}
const code = (problem: Problem) => problem.code

test('a set below a batch, or a window below a batch, is refused', async t => {
  const few = await t.throwsAsync<Problem>(all({ clips: someClips(3) }))
  t.is(code(few), 'too-few-clips')
  t.regex(few.message, /3 usable clips.* 4 different/)
  t.is(code(await t.throwsAsync<Problem>(all({ window: { batches: 0.5 } }))), 'small-window')
  t.is(code(await t.throwsAsync<Problem>(all({ window: { bytes: 4 * 48 - 1 } }))), 'small-window')
  await t.notThrowsAsync(all({ window: { batches: 1, bytes: 4 * 48 } }))
})

test('an epoch without a batch ends the stream instead of going on for ever', async t => {
  const clips = clipsNamed('stubborn0', 'stubborn1', 'clip2', 'clip3', 'clip4')
  t.is(code(await t.throwsAsync<Problem>(all({ clips }))), 'no-batch-in-epoch')
})

test('never more items than the window, every permit back, also with a slow consumer', async t => {
  const metrics = new StreamMetrics()
  const held: Batch[] = []
  let highest = 0
  const slow = async () => {
    highest = Math.max(highest, metrics.read().inFlight)
    await sleep(1)
  }
  await new Promise<void>((resolve, reject) =>
    stream({ metrics, window: { batches: 3 }, steps: 20, delay: slow }).subscribe({
      next: batch => {
        held.push(batch)
        if (held.length === 2) setTimeout(() => held.splice(0).forEach(release), 3)
      },
      error: reject,
      complete: resolve,
    }),
  )
  t.true(highest <= 12)
  t.true(highest > 4)
  for (const batch of held) batch.release()
  t.is(metrics.read().inFlight, 0)
  t.is(metrics.read().items, 80)
  t.true(metrics.read().sourceWaited > 0)
  t.true(metrics.read().consumerWaited > 0)
  t.true(metrics.read().busy.mixed! > 0)
})

testProp(
  'permits come back however the stream ends',
  [fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 3 }), fc.nat(1000), fc.boolean()],
  async (t, milliseconds, batches, seed, abort) => {
    const metrics = new StreamMetrics()
    const cancel = new AbortController()
    const clips = clipsNamed('clip0', 'clip1', 'stubborn2', 'clip3', 'clip4', 'clip5', 'clip6', 'clip7', 'clip8')
    let failure: unknown
    const options = {
      clips,
      metrics,
      window: { batches },
      delay: jitter(seed),
      signal: cancel.signal,
      steps: undefined,
    }
    const subscription = stream(options).subscribe({
      next: batch => batch.release(),
      error: error => {
        failure = error
      },
    })
    await sleep(milliseconds)
    if (abort) cancel.abort(new Error('enough'))
    else subscription.unsubscribe()
    await sleep(0)
    t.is(metrics.read().inFlight, 0)
    await sleep(5)
    t.is(metrics.read().inFlight, 0)
    t.is((failure as Error | undefined)?.message, abort ? 'enough' : undefined)
  },
  { numRuns: 60 },
)

test('a pool that breaks ends the stream', async t => {
  const pool = { ...herePool(), evaluate: () => Promise.reject(new Error('a thread died')) }
  const metrics = new StreamMetrics()
  await t.throwsAsync(all({ pool, metrics }), { message: 'a thread died' })
  await sleep(0)
  t.is(metrics.read().inFlight, 0)
})
