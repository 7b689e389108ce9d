import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { concatMap, lastValueFrom, tap } from 'rxjs'
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import { streamBatches } from '../../../graphs/streams/batches.js'
import { type StreamFigures, StreamMetrics } from '../../../graphs/streams/metrics.js'
import {
  batchNode,
  CENTRED,
  CUT,
  herePool,
  input,
  MIX,
  node,
  preparedFor,
  RAMP,
  SOURCE,
  someClips,
  stages,
  view,
} from './fake-graphs.js'

const LOSS = node('loss', 'loss', 'tensor', {
  inputs: { from: input('batch', { kind: 'batch', of: CUT.out, size: 4 }) },
  out: { kind: 'loss', chance: 1 },
})
const graph: CheckedGraph = {
  nodes: [SOURCE, RAMP, CUT, MIX, view('shaken', 'shake', 'mixed'), CENTRED('shaken'), batchNode(4, 'view'), LOSS],
}

async function streamed({ delay = 0, slow = 0, each = (_: StreamFigures) => {} }) {
  const metrics = new StreamMetrics()
  const pool = herePool({ workers: 1, delay: () => sleep(delay) })
  const options = { graph, prepared: preparedFor(someClips(12)), stages, pool, seed: 1, steps: 12, metrics }
  const trained = streamBatches({ ...options, window: { batches: 3 }, subBatch: 4 }).pipe(
    tap(() => each(metrics.read())),
    concatMap(async batch => {
      await sleep(slow)
      batch.release()
    }),
  )
  await lastValueFrom(trained)
  return metrics.read()
}

test('every edge below the cache has its figures, banks too, by the names of the language', async t => {
  const { edges, items } = await streamed({})
  t.deepEqual(Object.keys(edges), [
    'clip -> mel',
    'mel -> near',
    'near -> mixed',
    'mel -> mixed.others',
    'mixed -> shaken',
    'shaken -> view',
    'mel -> view.statistics',
    'view -> batch',
    'batch -> loss',
  ])
  t.is(items, 48)
  t.is(edges['view -> batch']!.items, 48)
  t.is(edges['batch -> loss']!.items, 48)
  t.true(edges['near -> mixed']!.items >= 48)
  t.is(edges['mel -> mixed.others']!.items, 2 * edges['near -> mixed']!.items)
  for (const { rate, inFlight, queued } of Object.values(edges))
    t.deepEqual([rate >= 0, inFlight, queued], [true, 0, 0])
})

test('what is on the way is on one of the edges; nothing is counted twice', async t => {
  let looked = 0
  const each = ({ edges, inFlight }: StreamFigures) => {
    const at = (name: string) => edges[name]!.inFlight
    const counted = at('clip -> mel') + at('mel -> near') + at('view -> batch') + at('batch -> loss')
    t.true(counted <= inFlight, `${counted} on edges, ${inFlight} alive`)
    t.true(inFlight - counted <= 4, `${inFlight - counted} nowhere: more than the source has in hand`)
    looked++
  }
  await streamed({ slow: 3, delay: 1, each })
  t.is(looked, 12)
})

test('a slow trainer has its line before it, slow threads have it before them', async t => {
  const waits = async (slowness: { delay?: number; slow?: number }) => {
    const { edges } = await streamed(slowness)
    return [edges['clip -> mel']!.wait, edges['batch -> loss']!.wait] as const
  }
  const [thread, trainer] = await waits({ slow: 40 })
  t.true(trainer > thread, `${trainer} s before the trainer, ${thread} s before the threads`)
  const [slowThread, idleTrainer] = await waits({ delay: 40 })
  t.true(slowThread > idleTrainer, `${slowThread} s before the threads, ${idleTrainer} s before the trainer`)
})
