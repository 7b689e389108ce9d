import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { lastValueFrom, tap, toArray } from 'rxjs'
import { streamBatches } from '../../../graphs/streams/batches.js'
import { openPool, type Pool } from '../../../graphs/streams/pool.js'
import { fc, testProp } from '../../properties.js'
import { preparedFor, STAGES_MODULE, stages } from './fake-graphs.js'
import { plainBatches, plainly } from './plain-batches.js'
import { randomGraphs } from './random-graphs.js'

const STEPS = 4
const pools: Pool[] = []
let folder: string

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'earshot-'))
  for (const workers of [1, 2, 3]) pools.push(openPool({ workers }))
})
test.after.always(async () => {
  for (const pool of pools) await pool.close()
  await rm(folder, { recursive: true })
})

/** Tasks that begin, and answers that come, later than they would. */
const delayed = (pool: Pool, waits: readonly number[]): Pool => {
  let tasks = 0
  const wait = () => sleep(waits[tasks++ % waits.length])
  return {
    ...pool,
    queued: 0,
    evaluate: async (...given) => {
      await wait()
      const evaluated = await pool.evaluate(...given)
      await wait()
      return evaluated
    },
  }
}

testProp(
  'threads and delays: 1, 2 and 3 of them give what plain evaluation gives',
  [
    randomGraphs(),
    fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 5 }),
  ],
  async (t, given, waits, batches, subBatch) => {
    const expected = await plainBatches(given, 3, STEPS)
    if (expected.stuck) return t.pass()
    const { graph, clips } = given
    for (const pool of pools) {
      const stream = streamBatches({
        graph,
        prepared: { ...preparedFor(clips), cacheFolder: folder },
        stages,
        pool: delayed(pool, waits),
        seed: 3,
        steps: STEPS,
        window: { batches },
        subBatch,
        stagesModule: STAGES_MODULE,
      })
      const got = await lastValueFrom(stream.pipe(tap({ next: batch => batch.release() }), toArray()))
      t.deepEqual(got.map(plainly), expected.batches)
    }
  },
  { numRuns: 25 },
)
