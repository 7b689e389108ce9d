/** The stream that feeds the trainer: source order, permits, sub-batches to the pool, batches in the order of the source. */

import { setMaxListeners } from 'node:events'
import {
  concatMap,
  defer,
  finalize,
  from,
  fromEvent,
  map,
  mergeMap,
  type Observable,
  take,
  takeUntil,
  throwError,
} from 'rxjs'
import { Problem } from '../../data/problem.js'
import type { CheckedGraph } from '../language/checked.js'
import { activityOf } from './activity.js'
import { Credits } from './credits.js'
import type { Stages } from './evaluate.js'
import { type Batch, type Dropped, type EvaluatedSubBatch, gather } from './gather.js'
import { batchLayouts, batchSize, itemBytes } from './layout.js'
import { StreamMetrics } from './metrics.js'
import type { Pool } from './pool.js'
import type { Prepared } from './prepare.js'
import { sourceOrder } from './source-order.js'
import { type Cursor, giveBack, type SubBatch, subBatches, tooFewClips } from './sub-batches.js'
import type { Setup } from './tasks.js'

export interface StreamOptions {
  graph: CheckedGraph
  prepared: Prepared
  /** Every stage by name, for the source's order. */
  stages: Stages
  pool: Pool
  seed: number
  start?: Cursor
  /** Batches to give; without end if absent. */
  steps?: number | undefined
  /** Most batches of items alive at once, and most bytes. */
  window?: { batches?: number | undefined; bytes?: number | undefined } | undefined
  /** Items a pool task at most. */
  subBatch?: number | undefined
  metrics?: StreamMetrics | undefined
  onDrop?: ((dropped: Dropped) => void) | undefined
  signal?: AbortSignal | undefined
  /** URL of the module whose `loadStages` names the stages in the workers. */
  stagesModule?: string | undefined
}

/** Batches alive by default: one trained on, one ready, one being made. */
const BATCHES = 3
/** How long running tasks may go on once nobody listens, before their threads are ended (ms). */
const GRACE = 500

/**
 * Batches of a graph, cold: each subscription starts anew at `start`. The same for any number of workers, any window,
 * and any timing. Never more than the window is alive: the next batch waits until one has been released.
 *
 * Errors with Problem `too-few-clips`, `small-window`, `no-batch-in-epoch`; with the signal's reason once it is aborted.
 */
export function streamBatches(options: StreamOptions): Observable<Batch> {
  return defer(() => {
    const { signal, steps = Number.POSITIVE_INFINITY } = options
    signal?.throwIfAborted()
    const batches = subscribed(options).pipe(take(steps))
    return signal ? batches.pipe(takeUntil(aborted(signal))) : batches
  })
}

function subscribed(options: StreamOptions): Observable<Batch> {
  const { graph, prepared, stages, pool, seed, start = { epoch: 0, position: 0 }, onDrop, stagesModule } = options
  const { clips, nodes, statistics, cacheFolder } = prepared
  const { metrics = new StreamMetrics() } = options
  const size = batchSize(graph)
  const layouts = batchLayouts(graph)
  const node = layouts[0]!.id
  if (clips.length < size) throw tooFewClips(clips.length, size, node)
  const bytes = itemBytes(layouts)
  const credits = creditsFor(size, bytes, options.window)
  const keys = Object.fromEntries(Object.entries(nodes).map(([id, { keys }]) => [id, keys]))
  const setup: Setup = {
    evaluation: { graph, seed, clips, keys, statistics },
    layouts,
    cacheFolder,
    stagesModule,
  }
  const end = new AbortController()
  const kill = new AbortController()
  setMaxListeners(0, end.signal, kill.signal)
  const durations = () => secondsOf(prepared)
  const order = sourceOrder({
    graph,
    stages,
    clips,
    durations,
    activity: activityOf(prepared, graph),
    seed,
    batch: size,
  })
  const most = options.subBatch ?? Math.max(1, Math.min(16, Math.ceil(size / (2 * pool.workers))))
  const underway = new Set<SubBatch>()

  const evaluate = async (sub: SubBatch): Promise<EvaluatedSubBatch | { error: unknown }> => {
    const asked = performance.now()
    metrics.asked(sub, sub.items.length)
    try {
      const evaluated = await pool.evaluate(setup, sub.items, kill.signal)
      const ready = performance.now()
      metrics.worked(evaluated)
      metrics.evaluated(sub, ready - asked - evaluated.spent)
      return { sub, evaluated, ready }
    } catch (error) {
      return { error } // told in its turn, so that nothing depends on timing
    }
  }
  const takeOver = (outcome: EvaluatedSubBatch | { error: unknown }): EvaluatedSubBatch => {
    if ('error' in outcome) throw outcome.error
    underway.delete(outcome.sub)
    return outcome
  }

  metrics.began({ graph, inFlight: () => credits.inFlight, queued: () => pool.queued })
  const source = subBatches({
    order,
    start,
    batch: size,
    node,
    most,
    credits,
    bytes,
    underway,
    metrics,
    signal: end.signal,
  })
  return from(source).pipe(
    map(evaluate), // begins at once; the permits bound how many
    concatMap(outcome => outcome),
    map(takeOver),
    gather({ clips, layouts, size, metrics, onDrop }),
    finalize(() => {
      end.abort()
      metrics.ended()
      if (underway.size > 0) setTimeout(() => kill.abort(), GRACE).unref()
      underway.forEach(giveBack)
    }),
  )
}

/** @throws Problem `small-window` if a batch does not fit: the stream would wait for ever */
function creditsFor(
  size: number,
  bytes: number,
  { batches = BATCHES, bytes: most }: StreamOptions['window'] = {},
): Credits {
  const items = Math.floor(batches * size)
  const hint = 'Widen the window of the streams, or lower the size of the batch node.'
  if (!(items >= size)) {
    throw new Problem('small-window', `A window of ${items} items is smaller than a batch of ${size}.`, { hint })
  }
  if (most !== undefined && !(most >= size * bytes)) {
    const message = `A window of ${most} bytes is smaller than a batch of ${size} items of ${bytes} bytes.`
    throw new Problem('small-window', message, { hint })
  }
  return new Credits({ items, bytes: most })
}

/** Seconds of each clip, as the first cached node found them. */
function secondsOf({ nodes, clips }: Prepared): readonly number[] {
  const [first] = Object.values(nodes)
  if (first || clips.length === 0) return first?.seconds ?? []
  throw new Problem('no-durations', 'No cached node of the graph has measured how long the clips are.', {
    hint: 'Draw by clip, or let a log-mel stand below the source.',
  })
}

function aborted(signal: AbortSignal): Observable<never> {
  return fromEvent(signal, 'abort').pipe(mergeMap(() => throwError(() => signal.reason)))
}
