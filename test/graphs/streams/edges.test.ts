import test, { type ExecutionContext } from 'ava'
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
import { turns } from './fake-stages.js'

const LOSS = node('loss', 'loss', 'tensor', {
  inputs: { from: input('batch', { kind: 'batch', of: CUT.out, size: 4 }) },
  out: { kind: 'loss', chance: 1 },
})
const graph: CheckedGraph = {
  nodes: [SOURCE, RAMP, CUT, MIX, view('shaken', 'shake', 'mixed'), CENTRED('shaken'), batchNode(4, 'view'), LOSS],
}

/** @param delay what the one thread does before each task, `slow` what the trainer does with each batch */
async function streamed({ delay = () => turns(1), slow = () => turns(1), each = (_: StreamFigures) => {} }) {
  const metrics = new StreamMetrics()
  const pool = herePool({ workers: 1, delay })
  const options = { graph, prepared: preparedFor(someClips(12)), stages, pool, seed: 1, steps: 12, metrics }
  const trained = streamBatches({ ...options, window: { batches: 3 }, subBatch: 4 }).pipe(
    tap(() => each(metrics.read())),
    concatMap(async batch => {
      await slow()
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
  await streamed({ slow: () => turns(9), delay: () => turns(3), each })
  t.is(looked, 12)
})

/** Time stands still. @returns work that takes 40 ms of it, while everything else goes on */
function slowWork(t: ExecutionContext): () => Promise<void> {
  let now = 0
  performance.now = () => now
  t.teardown(() => Reflect.deleteProperty(performance, 'now'))
  return async () => {
    await turns(20)
    now += 40
  }
}

test.serial('a slow trainer has its line before it, slow threads have it before them', async t => {
  const work = slowWork(t)
  const waits = async (slowness: { delay?: typeof work; slow?: typeof work }) => {
    const { edges } = await streamed(slowness)
    return [edges['clip -> mel']!.wait, edges['batch -> loss']!.wait] as const
  }
  const [thread, trainer] = await waits({ slow: work })
  t.true(trainer > thread, `${trainer} s before the trainer, ${thread} s before the threads`)
  const [slowThread, idleTrainer] = await waits({ delay: work })
  t.true(slowThread > idleTrainer, `${slowThread} s before the threads, ${idleTrainer} s before the trainer`)
})
