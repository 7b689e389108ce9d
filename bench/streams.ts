/**
 * What the streams themselves cost: processor time, of all threads, per item and stage where the stages do nothing, with
 * pairs of 96 x 64 patches in batches of 128. From the root of the repository, after `npm run build`:
 *
 *   node dist/bench/streams.js
 */
import { lastValueFrom, tap } from 'rxjs'
import { streamBatches } from '../graphs/streams/batches.js'
import { Evaluator } from '../graphs/streams/evaluate.js'
import { batchLayouts, roomFor } from '../graphs/streams/layout.js'
import { openPool, type Pool } from '../graphs/streams/pool.js'
import { type PassThrough, passThroughGraph, preparedClips, STAGES_MODULE } from './pass-through-graph.js'
import { loadStages } from './pass-through-stages.js'

const BATCH = 128
const STEPS = 60
const CHAIN = 8
/** The chain, the node that makes the patches, the source and the batch. */
const NODES = CHAIN + 3
const LIMIT = 20

const stages = await loadStages()
const prepared = preparedClips(20 * BATCH)
const chain = (stage: PassThrough['stage']) => passThroughGraph({ stage, stages: CHAIN, batch: BATCH })

/** Microseconds of processor time an item, of the second of two equal runs. */
async function microseconds(items: number, run: () => Promise<unknown>): Promise<number> {
  await run()
  const began = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / items
}

async function evaluator(stage: PassThrough['stage']): Promise<number> {
  const store = { open: () => undefined, write: () => Promise.reject(new Error('nothing is cached here')) }
  const { clips } = prepared
  const evaluator = new Evaluator({ graph: chain(stage), seed: 1, clips, keys: {}, statistics: {} }, stages, store)
  const items = 20_000
  return microseconds(items, async () => {
    for (let i = 0; i < items; i++) {
      await evaluator.values([`view${CHAIN}`], { clip: i % clips.length, epoch: 0, position: i, occurrence: 0 })
    }
  })
}

function stream(pool: Pool): Promise<number> {
  const options = { graph: chain('pass'), prepared, stages, pool, seed: 1, steps: STEPS, stagesModule: STAGES_MODULE }
  return microseconds(STEPS * BATCH, () =>
    lastValueFrom(streamBatches(options).pipe(tap({ next: batch => batch.release() }))),
  )
}

/** Answers at once, with buffers that are already there. */
function idlePool(): Pool {
  const values = roomFor(batchLayouts(chain('pass')), BATCH)
  return {
    workers: 1,
    queued: 0,
    prepare: () => Promise.reject(new Error('nothing is prepared here')),
    evaluate: async () => ({ values, drops: [], busy: {}, counts: {}, runs: {}, spent: 0 }),
    close: async () => {},
  }
}

async function withOneWorker(): Promise<number> {
  const pool = openPool({ workers: 1 })
  try {
    return await stream(pool)
  } finally {
    await pool.close()
  }
}

function tell(what: string, each: number, nodes: number): void {
  const share = each / nodes
  console.log(`${what}: ${each.toFixed(1)} us an item, ${share.toFixed(2)} us an item and stage (limit ${LIMIT})`)
  if (share > LIMIT) process.exitCode = 1
}

tell('evaluator, nothing drawn', await evaluator('pass'), CHAIN)
tell('evaluator, a draw a lane', await evaluator('draw'), CHAIN)
tell('stream on the main thread', await stream(idlePool()), NODES)
tell('whole path, one worker', await withOneWorker(), NODES)
