import test from 'ava'
import { streamOf } from '../../../graphs/streams/draws.js'
import { placeEvents } from '../../../stages/scenes/place-events.js'
import { fc, testProp } from '../../properties.js'
import { streams } from '../views/support.js'

const lengths = () => fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 5 })

testProp(
  'every event lies inside, and the first two overlap as asked',
  [lengths(), fc.double({ min: 0, max: 1, noNaN: true }), streams()],
  (t, lengths, overlap, rng) => {
    const onsets = placeEvents(lengths, 1000, overlap, rng)
    t.is(onsets.length, lengths.length)
    for (const [i, onset] of onsets.entries()) t.true(onset >= 0 && onset + lengths[i]! <= 1000)
    const [a, b] = [lengths[0]!, lengths[1]]
    if (b === undefined) return
    const shared = Math.min(onsets[0]! + a, onsets[1]! + b) - Math.max(onsets[0]!, onsets[1]!)
    t.true(overlap === 0 || shared >= overlap * Math.min(a, b) - 1e-9)
  },
)

test('onsets are uniform over what the rule leaves: the second begins before or after the first', t => {
  const rng = streamOf('uniform')
  const seconds = new Map<number, number>()
  for (let i = 0; i < 9000; i++) {
    const [first, second] = placeEvents([10, 10], 1000, 0.6, rng) as [number, number]
    if (first > 5 && first < 985) seconds.set(second - first, (seconds.get(second - first) ?? 0) + 1)
  }
  t.deepEqual(
    [...seconds.keys()].sort((a, b) => a - b),
    [-4, -3, -2, -1, 0, 1, 2, 3, 4],
  )
  for (const count of seconds.values()) t.true(Math.abs(count - 980) < 150, String(count))
})
