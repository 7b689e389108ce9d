import test from 'ava'
import { bankOf, pickDifferent } from '../../../graphs/streams/banks.js'
import { streamOf } from '../../../graphs/streams/draws.js'
import { fc, testProp } from '../../properties.js'
import { someClips } from './fake-graphs.js'

testProp(
  'picks are different, in range, and leave one out',
  [fc.integer({ min: 1, max: 30 }), fc.nat(), fc.nat(), fc.string()],
  (t, size, left, wanted, key) => {
    const not = left % size
    const count = wanted % size
    const picks = pickDifferent(size, count, not, streamOf(key))
    t.is(new Set(picks).size, count)
    t.true(picks.every(pick => pick >= 0 && pick < size && pick !== not))
  },
)

test('every pair of others is as likely as any', t => {
  const rng = streamOf('pairs')
  const counts = new Map<string, number>()
  for (let i = 0; i < 12_000; i++) {
    const pair = pickDifferent(5, 2, 2, rng).join()
    counts.set(pair, (counts.get(pair) ?? 0) + 1)
  }
  t.is(counts.size, 12)
  for (const count of counts.values()) t.true(Math.abs(count - 1000) < 150)
})

test('a set that is too small is an error', async t => {
  const bank = bankOf(someClips(2), position => position, undefined)
  const rng = streamOf('few')
  t.deepEqual(await bank.draw(1, { not: 'clip0', rng }), [1])
  await t.throwsAsync(bank.draw(2, { not: 'clip0', rng }), { instanceOf: RangeError })
  t.is((await bank.draw(2, { not: 'a clip of another set', rng })).length, 2)
  t.throws(() => bank.statistics())
})

test('a condition says which clips may come', async t => {
  const bank = bankOf(someClips(9), position => position, undefined)
  const where = ({ id }: { id: string }) => Number(id.slice(4)) % 2 === 0
  const drawn = new Set<number>()
  for (let i = 0; i < 50; i++) {
    const picks = await bank.draw(2, { not: 'clip4', rng: streamOf(`even ${i}`), where })
    t.is(new Set(picks).size, 2)
    for (const pick of picks) drawn.add(pick)
  }
  t.deepEqual([...drawn].sort(), [0, 2, 6, 8])
  await t.throwsAsync(bank.draw(5, { not: 'clip4', rng: streamOf('few'), where }), { instanceOf: RangeError })
})
