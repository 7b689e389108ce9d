import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import type { Pair, Recording } from '../../../stages/values.js'
import nearby from '../../../stages/waveforms/nearby-excerpts.js'
import { draws, outOf, runItem } from '../views/support.js'

const port = { kind: 'recording', rate: 1000 } as const

/** Every sample is its own place. */
const recording = (samples: number): Recording => ({
  rate: 1000,
  samples,
  read: (start, count) => Float32Array.from({ length: count }, (_, i) => start + i),
  async *blocks() {},
})

function starts(given: object, samples = 1000, item = 'clip'): [number, number] {
  const values = { from: recording(samples), rng: draws(item) }
  const { a, b } = runItem(nearby, { length: '0.2 s', ...given }, { from: port }, values) as Pair<Float32Array>
  return [a[0]!, b[0]!]
}

test('excerpts lie as the mode says', t => {
  for (let i = 0; i < 100; i++) {
    const apart = (given: object) => {
      const [a, b] = starts(given, 1000, `clip ${i}`)
      t.true(a >= 0 && b >= 0 && a <= 800 && b <= 800)
      return Math.abs(a - b)
    }
    apart({})
    t.is(apart({ mode: 'same' }), 0)
    t.true(apart({ mode: 'overlapping' }) < 200)
    t.true(apart({ mode: 'disjoint' }) >= 200)
    const distance = apart({ mode: 'range', distance: ['50 ms', '70 ms'] })
    t.true(distance >= 50 && distance <= 70)
  }
})

test('a pair of excerpts leaves; what cannot be is said', t => {
  const of = { kind: 'excerpt', rate: 1000, samples: 200 }
  t.deepEqual(outOf(nearby, { length: 0.2 }, { from: port }), { kind: 'pair', of })
  t.throws(() => outOf(nearby, { mode: 'range' }, { from: port }), { instanceOf: ParameterProblem })
  t.throws(() => starts({ mode: 'disjoint' }, 399), { message: /0\.399 s long, and two such excerpts need 0\.4 s/ })
  t.throws(() => starts({}, 199), { message: /0\.199 s/ })
})

test('more than two excerpts are channels; the first two lie as they would alone', t => {
  t.deepEqual(outOf(nearby, { length: '0.2 s', views: 3 }, { from: port }), {
    ...{ kind: 'channels', of: { kind: 'excerpt', rate: 1000, samples: 200 }, count: 3 },
  })
  const values = { from: recording(1000), rng: draws('clip') }
  const three = runItem(nearby, { length: '0.2 s', views: 3 }, { from: port }, values) as Float32Array[]
  t.deepEqual([three[0]![0], three[1]![0]], starts({}))
  t.is(three.length, 3)
})
