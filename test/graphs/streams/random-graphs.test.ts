import { Problem } from '../../../data/problem.js'
import { streamBatches } from '../../../graphs/streams/batches.js'
import type { Batch } from '../../../graphs/streams/gather.js'
import { batchLayouts, itemBytes } from '../../../graphs/streams/layout.js'
import { StreamMetrics } from '../../../graphs/streams/metrics.js'
import type { Pool } from '../../../graphs/streams/pool.js'
import { fc, testProp } from '../../properties.js'
import { herePool, preparedFor, stages } from './fake-graphs.js'
import { turns } from './fake-stages.js'
import { plainBatches, plainly } from './plain-batches.js'
import { drawing, type RandomGraph, randomGraphs, withOneMore } from './random-graphs.js'

/** What may befall a stream. */
const fates = fc.record({
  seed: fc.nat(1e6),
  workers: fc.integer({ min: 1, max: 3 }),
  batches: fc.integer({ min: 1, max: 4 }),
  /** The window in bytes, in batches; often none. */
  byteBatches: fc.constantFrom(undefined, undefined, 1, 2),
  subBatch: fc.integer({ min: 1, max: 7 }),
  /** Most turns of the event loop that a pool task waits, and a consumer holds a batch. */
  taskWaits: fc.nat(3),
  consumerWaits: fc.nat(4),
  /** Batches that the consumer keeps at once. */
  holds: fc.integer({ min: 1, max: 4 }),
  end: fc.constantFrom('steps' as const, 'steps' as const, 'abort' as const, 'leave' as const, 'break' as const),
  /** When it ends so: after so many batches, or at that task. */
  at: fc.integer({ min: 0, max: 4 }),
})
type Fate = Parameters<Parameters<typeof fates.map>[0]>[0]

const STEPS = 5

function dice(seed: number) {
  let state = seed
  return (most: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return (state >> 8) % (most + 1)
  }
}

interface Told {
  batches: Batch[]
  dropped: string[]
  highest: number
  failure?: unknown
  completed: boolean
  inFlight: number
}

/** Runs a stream to its end, whatever its end is. */
async function lived({ graph, clips, size }: RandomGraph, fate: Fate): Promise<Told> {
  const metrics = new StreamMetrics()
  const roll = dice(fate.seed)
  const told: Told = { batches: [], dropped: [], highest: 0, completed: false, inFlight: Number.NaN }
  const bytes = itemBytes(batchLayouts(graph))
  const look = () => {
    told.highest = Math.max(told.highest, metrics.read().inFlight)
  }
  const here = herePool({ workers: fate.workers, delay: () => turns(roll(fate.taskWaits)) })
  let tasks = 0
  const pool: Pool = {
    ...here,
    evaluate: async (...given) => {
      look()
      if (fate.end === 'break' && tasks++ === fate.at) throw new Error('a thread died')
      return here.evaluate(...given)
    },
  }
  const stop = new AbortController()
  const holds = Math.min(fate.holds, fate.batches, fate.byteBatches ?? 4)
  const held: Batch[] = []
  const letGo = async () => {
    await turns(roll(fate.consumerWaits))
    held.shift()?.release()
  }
  await new Promise<void>(resolve => {
    const subscription = streamBatches({
      graph,
      prepared: preparedFor(clips),
      stages,
      pool,
      seed: 7,
      steps: fate.end === 'steps' ? STEPS : undefined,
      window: { batches: fate.batches, bytes: fate.byteBatches && fate.byteBatches * size * bytes },
      subBatch: fate.subBatch,
      metrics,
      signal: stop.signal,
      onDrop: ({ clip, epoch, position }) => told.dropped.push(`${clip} ${epoch} ${position}`),
    }).subscribe({
      next: batch => {
        look()
        told.batches.push(batch)
        held.push(batch)
        if (held.length >= holds) void letGo()
        if (told.batches.length < Math.max(1, fate.at)) return
        if (fate.end === 'abort') stop.abort(new Error('enough'))
        if (fate.end === 'leave') {
          queueMicrotask(() => {
            subscription.unsubscribe()
            resolve()
          })
        }
      },
      error: error => {
        told.failure = error
        resolve()
      },
      complete: () => {
        told.completed = true
        resolve()
      },
    })
  })
  for (const batch of told.batches) batch.release()
  for (let patience = 50; patience > 0 && metrics.read().inFlight > 0; patience--) await turns(1)
  return { ...told, inFlight: metrics.read().inFlight }
}

/** Everything here waits in turns of the event loop: whoever has not ended after so many of them never will. */
const PATIENCE = 100_000

async function withoutDeadlock<T>(work: Promise<T>): Promise<T> {
  let ended = false
  const end = () => {
    ended = true
  }
  work.then(end, end)
  for (let turn = 0; turn < PATIENCE && !ended; turn++) await turns(1)
  if (!ended) throw new Error('deadlock')
  return work
}

testProp(
  '1,000 random graphs: bounded, without deadlock, every permit back, batches as plain evaluation gives them',
  [randomGraphs(), fates],
  async (t, given, fate) => {
    const told = await withoutDeadlock(lived(given, fate))
    const expected = await plainBatches(given, 7, Math.max(STEPS, told.batches.length))
    const window = Math.min(fate.batches, fate.byteBatches ?? fate.batches) * given.size
    t.true(told.highest <= window, `${told.highest} in flight in a window of ${window}`)
    t.is(told.inFlight, 0)
    t.deepEqual(told.batches.map(plainly), expected.batches.slice(0, told.batches.length))
    t.deepEqual(told.dropped, expected.dropped.slice(0, told.dropped.length))
    if (fate.end === 'steps' && !expected.stuck) {
      t.true(told.completed)
      t.is(told.batches.length, STEPS)
      t.deepEqual(told.dropped, expected.dropped)
    }
    const stuck = told.failure instanceof Problem && told.failure.code === 'no-batch-in-epoch'
    if (stuck) t.true(expected.stuck && told.batches.length === expected.batches.length)
    else if (told.failure) t.true(fate.end === 'abort' || fate.end === 'break', String(told.failure))
  },
  { numRuns: 1000 },
)

testProp(
  'a node more leaves the values of the others alone, whatever the graph',
  [randomGraphs({ refusals: false }), drawing, fates],
  async (t, given, recipe, fate) => {
    const steps = { ...fate, end: 'steps' as const }
    const before = await withoutDeadlock(lived(given, steps))
    const after = await lived({ ...given, graph: withOneMore(given, recipe) }, { ...steps, seed: fate.seed + 1 })
    for (const [i, batch] of after.batches.entries()) {
      const { 'batch-of-more': more, ...others } = plainly(batch).values
      t.truthy(more)
      t.deepEqual(others, plainly(before.batches[i]!).values)
    }
    t.is(after.batches.length, before.batches.length)
  },
  { numRuns: 200 },
)
