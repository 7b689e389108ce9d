/** What a check tells of a ranking, without a page. */
import test from 'ava'
import { streamOf } from '../../../graphs/streams/draws.js'
import { Check, checked, layersOf } from '../../../pipelines/labelling/check.js'
import { FLOAT64, near } from '../../engine/near.js'

const rng = streamOf('check')
const ROWS = 2000
const scores = Float32Array.from({ length: ROWS }, (_, row) => 1 - row / ROWS)
/** One in 40, most of them among the likeliest. */
const truth = Array.from({ length: ROWS }, (_, row) => rng.uniform() < 0.8 / (1 + (row / 45) ** 3) + 0.002)

const check = new Check(scores, new Set(), 7)

function drawn(rounds: number) {
  const heard = new Set<number>()
  return Array.from({ length: rounds * layersOf(ROWS).length }, () => {
    const { row, reason } = check.next(heard, () => rng.uniform())!
    heard.add(row)
    return { row, answer: truth[row] ? 'yes' : 'no', reason }
  })
}

test('layers double, and hold every rank once', t => {
  t.deepEqual(layersOf(70), [
    [1, 16],
    [17, 32],
    [33, 70],
  ])
  t.deepEqual(layersOf(9), [[1, 9]])
  t.deepEqual(layersOf(0), [])
  for (let of = 1; of < 100; of++) {
    const layers = layersOf(of)
    t.deepEqual([layers[0]![0], layers.at(-1)![1]], [1, of])
    t.true(layers.every(([first, last], at) => first <= last && (at === 0 || layers[at - 1]![1] === first - 1)))
  }
})

test('a round draws one window of each layer, none twice, each of a layer as often', t => {
  const check = new Check(scores, new Set([3, 5]), 1)
  const heard = new Set([3, 5])
  const reasons = layersOf(ROWS - 2).map(() => {
    const { row, reason } = check.next(heard, () => rng.uniform())!
    t.false(heard.has(row))
    heard.add(row)
    return reason
  })
  t.deepEqual(
    reasons,
    layersOf(ROWS - 2).map(([first, last]) => `check ${first}-${last} of ${ROWS - 2}, 1 known`),
  )
  const counts = new Uint32Array(16)
  const other = new Check(scores, new Set(), 0)
  for (let at = 0; at < 3200; at++) counts[other.next(new Set(), () => rng.uniform())!.row]!++
  t.true(counts.every(count => count > 130 && count < 275))
})

test('shares are those of all windows in the mean of many checks, and the intervals hold them', t => {
  const all = truth.filter(Boolean).length / ROWS
  const told = Array.from({ length: 300 }, () => checked(drawn(5))!.told!)
  const rests = told.map(({ rest }) => rest.share)
  const middle = rests.reduce((sum, share) => sum + share, 0) / rests.length
  const deviation = Math.sqrt(rests.reduce((sum, share) => sum + (share - middle) ** 2, 0) / rests.length)
  t.true(Math.abs(middle - all) < (4 * deviation) / Math.sqrt(rests.length), `${middle}, not ${all}`)
  const held = (holds: (one: (typeof told)[number]) => boolean) => told.filter(holds).length / told.length
  t.true(held(({ rest }) => rest.low <= all && all <= rest.high) > 0.92)
  const precise = held(({ likeliest, precision }) => {
    const real = truth.slice(0, likeliest).filter(Boolean).length / likeliest
    return precision.low <= real && real <= precision.high
  })
  t.true(precise > 0.9, `${precise}`)
})

test('it tells after a round, of the last check, and knows what was known', t => {
  const some = drawn(1)
  t.deepEqual(checked([]), undefined)
  t.deepEqual(checked([{ answer: 'yes', reason: 'likely' }]), undefined)
  t.deepEqual(checked(some.slice(1)), { drawn: some.length - 1, round: some.length, of: ROWS, known: 7 })
  const layers = [16, 16, 32].map((size, at) => ({ answer: at < 2 ? 'yes' : 'no', size }))
  const last = layers.map(({ answer }, at) => ({
    answer,
    reason: `check ${[1, 17, 33][at]}-${[16, 32, 64][at]} of 64, 9 known`,
  }))
  const { told, known } = checked([...some, ...last])!
  t.is(known, 9)
  t.is(told!.likeliest, 32)
  near(t, [told!.precision.share, told!.rest.share], [1, 0.5], 'shares', { unit: FLOAT64 })
  t.true(told!.rest.low >= told!.precision.low / 2)
})
