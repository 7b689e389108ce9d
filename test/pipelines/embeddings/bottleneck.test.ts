import test from 'ava'
import { bottleneckOfPhases, bottleneckOfTraining } from '../../../pipelines/embeddings/bottleneck.js'

const stages = { near: 'temporal-proximity', mixed: 'mix-back', view: 'normalise' }
const busy = { near: 1, mixed: 4, view: 5 / 3 }
const times = { worked: 97, waited: 3, workers: 2, stream: { busy, elapsed: 100, edges: {} }, stages }

test('a trainer that hardly waits is the bottleneck', t => {
  t.is(
    bottleneckOfTraining(times),
    "The trainer was busy 97 % of the time; of the views' time mixed (mix-back) took 60 %.",
  )
})

test('a trainer that waits for busy threads waits for the views', t => {
  const slow = { ...times, worked: 40, waited: 60, stream: { busy: { mixed: 150, view: 30 }, elapsed: 100, edges: {} } }
  t.is(
    bottleneckOfTraining(slow),
    "The trainer was busy 40 % of the time and waited for views; of the views' time mixed (mix-back) took 83 % (2 threads, busy 90 % of the time).",
  )
})

test('if trainer and threads both wait, what lies between them is named', t => {
  t.is(
    bottleneckOfTraining({ ...times, workers: 1, worked: 40, waited: 60 }),
    "The trainer was busy 40 % of the time and the views' one thread 7 %: handing on batches holds both up; of the views' time mixed (mix-back) took 60 %.",
  )
})

test('a stage of the same name as its node is named once, and nothing measured is no NaN', t => {
  const stream = { busy: { cut: 1 }, elapsed: 1, edges: {} }
  t.is(
    bottleneckOfTraining({ ...times, stream, stages: { cut: 'cut' } }),
    "The trainer was busy 97 % of the time; of the views' time cut took 100 %.",
  )
  t.is(
    bottleneckOfTraining({ ...times, stream: { busy: {}, elapsed: 0, edges: {} } }),
    'The trainer was busy 97 % of the time.',
  )
  t.is(bottleneckOfTraining({ ...times, worked: 0, waited: 0 }), 'No step was trained.')
})

test('the edge with the longest line is named', t => {
  const edge = { items: 10, rate: 1, inFlight: 4, queued: 0, wait: 0.001 }
  const edges = { 'clip -> near': { ...edge, queued: 16, wait: 1.234 }, 'view -> batch': { ...edge, wait: 0.5 } }
  const line = (edges: Record<string, typeof edge>) =>
    bottleneckOfTraining({ ...times, stream: { ...times.stream, edges } })
  t.true(line(edges).endsWith(' Items stood in line longest at clip -> near: 1.23 s each, 16 at the end.'))
  t.true(line({ 'view -> batch': edges['view -> batch'] }).endsWith(' at view -> batch: 0.50 s each.'))
  t.false(line({ 'near -> view': edge }).includes('in line'))
})

test('phases, the longest first, without the negligible', t => {
  const phases = { 'the encoder': 2, 'reading the sounds': 7, writing: 0.001, 'starting TensorFlow': 1 }
  t.is(
    bottleneckOfPhases(phases),
    'Reading the sounds took 70 % of the time, the encoder 20 %, starting TensorFlow 10 %.',
  )
  t.is(bottleneckOfPhases({ reading: 1 }), 'Reading took 100 % of the time.')
  t.is(bottleneckOfPhases({}), 'No time was measured.')
})
