/**
 * Memory over a long stream: items through evaluator, permits and batches, of clips of which every hundredth is refused.
 * Prints the memory of the process as it goes, and fails if it grows. From the root of the repository, after
 * `npm run build`:
 *
 *   node --expose-gc dist/bench/soak.js [ITEMS]      a million items if not said
 */
import { lastValueFrom, tap } from 'rxjs'
import { streamBatches } from '../graphs/streams/batches.js'
import { StreamMetrics } from '../graphs/streams/metrics.js'
import { TaskRunner } from '../graphs/streams/tasks.js'
import { passThroughGraph, preparedClips } from './pass-through-graph.js'
import { loadStages } from './pass-through-stages.js'

const ITEMS = Number(process.argv[2] ?? 1_000_000)
const BATCH = 100
const LINES = 20
/** Megabytes by which the second half may lie above the first one: pages that the allocator has not given back. */
const LIMIT = 32

const stages = await loadStages()
const graph = passThroughGraph({ stage: 'draw', stages: 3, batch: BATCH, frames: 4, refuses: 100 })
const metrics = new StreamMetrics()
let runner: TaskRunner | undefined
const batches = streamBatches({
  graph,
  prepared: preparedClips(20_000),
  stages,
  seed: 1,
  steps: Math.ceil(ITEMS / BATCH),
  metrics,
  pool: {
    workers: 1,
    queued: 0,
    prepare: () => Promise.reject(new Error('nothing is prepared here')),
    evaluate: async (setup, items) => {
      runner ??= new TaskRunner(setup, stages, { open: () => undefined, write: () => Promise.reject() })
      await new Promise(resolve => setImmediate(resolve))
      return runner.evaluate(items)
    },
    close: async () => {},
  },
})

const resident: number[] = []
function look(): void {
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  resident.push(rss / 2 ** 20)
  const { items, dropped, inFlight, rate } = metrics.read()
  const sizes = `${(rss / 2 ** 20).toFixed(0)} MB resident, ${(heapUsed / 2 ** 20).toFixed(1)} MB of heap`
  console.log(`${items} items, ${dropped} refused, ${inFlight} in flight: ${sizes}, ${rate.toFixed(0)} items/s`)
}

let count = 0
const every = Math.max(1, Math.floor(ITEMS / BATCH / LINES))
await lastValueFrom(
  batches.pipe(
    tap(batch => {
      batch.release()
      if (++count % every === 0) look()
    }),
  ),
)
const half = Math.ceil(resident.length / 2)
const growth = Math.max(...resident.slice(half)) - Math.max(...resident.slice(1, half))
console.log(`The second half lies ${growth.toFixed(0)} MB above the first one (limit ${LIMIT} MB).`)
if (!(growth < LIMIT)) process.exitCode = 1
