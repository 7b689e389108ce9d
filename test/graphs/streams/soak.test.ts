import test from 'ava'
import { lastValueFrom, tap } from 'rxjs'
import { streamBatches } from '../../../graphs/streams/batches.js'
import { StreamMetrics } from '../../../graphs/streams/metrics.js'
import { collect } from '../../collect.js'
import { clipsNamed, herePool, preparedFor, stages, wholeGraph } from './fake-graphs.js'
import { turns } from './fake-stages.js'

const megabytes = () => {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}

test('50,000 items leave nothing behind', async t => {
  const size = 50
  const metrics = new StreamMetrics()
  const clips = clipsNamed(...Array.from({ length: 500 }, (_, i) => `${i % 50 === 0 ? 'stubborn' : 'clip'}${i}`))
  let batches = 0
  let early = Number.NaN
  const stream = streamBatches({
    graph: wholeGraph(size),
    prepared: preparedFor(clips),
    stages,
    pool: herePool(),
    seed: 1,
    steps: 50_000 / size,
    metrics,
    onDrop: () => {},
  })
  await lastValueFrom(
    stream.pipe(
      tap(batch => {
        batch.release()
        if (++batches === 200) early = megabytes()
      }),
    ),
  )
  await turns(2) // the source notices that the stream has ended
  const growth = megabytes() - early
  t.is(metrics.read().items, 50_000)
  t.is(metrics.read().inFlight, 0)
  t.true(growth < 2, `${growth.toFixed(2)} MB more than after 10,000 items`)
})
