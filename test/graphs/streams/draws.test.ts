import test from 'ava'
import { type DrawKey, keyedDraws, streamOf } from '../../../graphs/streams/draws.js'
import { fc, testProp } from '../../properties.js'

const KEY: DrawKey = { seed: 1, node: 'masked', lane: 'a', epoch: 3, item: 'kick/1.flac' }
const first = (key: DrawKey, name = 'time') => keyedDraws(key)(name).uniform()

testProp('the same key gives the same stream', [fc.string()], (t, key) => {
  const take = () => {
    const rng = streamOf(key)
    return [rng.uniform(), rng.integer(-5, 5), rng.normal(), rng.uniform(2, 3)]
  }
  t.deepEqual(take(), take())
})

test('every part of the key matters', t => {
  const others: DrawKey[] = [
    { ...KEY, seed: 2 },
    { ...KEY, node: 'mixed' },
    { ...KEY, lane: 'b' },
    { ...KEY, epoch: 4 },
    { ...KEY, item: 'kick/2.flac' },
  ]
  const numbers = [first(KEY), first(KEY, 'frequency'), ...others.map(key => first(key))]
  t.is(new Set(numbers).size, numbers.length)
})

test('parts of the key do not run into each other', t => {
  t.not(first({ ...KEY, node: 'ma', lane: 'sked' }), first({ ...KEY, node: 'mas', lane: 'ked' }))
})

testProp(
  'numbers stay inside their range',
  [fc.string(), fc.integer({ min: -9, max: 9 }), fc.nat(9)],
  (t, key, low, more) => {
    const rng = streamOf(key)
    const whole = rng.integer(low, low + more + 1)
    t.true(Number.isInteger(whole) && whole >= low && whole <= low + more)
    const real = rng.uniform(low, low + more)
    t.true(real >= low && (real < low + more || more === 0))
  },
)

test('streams of neighbouring keys are uniform together', t => {
  const counts = new Float64Array(20)
  for (let item = 0; item < 20_000; item++) counts[Math.floor(first({ ...KEY, item: `${item}` }) * 20)]!++
  const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
  t.true(chiSquared < 45, `chi-squared ${chiSquared} with 19 degrees of freedom`)
})

test('an empty range of whole numbers is an error, not an endless search', t => {
  t.throws(() => streamOf('key').integer(3, 3), { instanceOf: RangeError, message: /from 3 up to and without 3/ })
})
