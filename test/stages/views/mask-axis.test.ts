import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import type { Patch } from '../../../stages/values.js'
import maskAxis, { drawMasked } from '../../../stages/views/mask-axis.js'
import { fc, testProp } from '../../properties.js'
import { draws, outOf, patches, patchPort, runItem, streams } from './support.js'

const { frames, bands } = patchPort
const ports = { from: patchPort }
const run = (given: object, from: Patch, key = 'clip') =>
  runItem(maskAxis, given, ports, { from, rng: draws(key) }) as Patch

for (const [axis, size, stripe, stay] of [
  ['time', frames, 5, 1], // stripes of 5, 5 and 2 frames
  ['frequency', bands, 3, 1], // of 3, 3 and 2 bands
  ['frequency', bands, 1, 3],
] as const)
  testProp(
    `${axis}, stripes of ${stripe}: some are filled, the others are as before`,
    [patches(), fc.string()],
    (t, patch, key) => {
      const ahead = patch.map(value => value + 10) // nothing is zero before
      const masked = run({ axis, share: 0.6, stripe, fill: 'zero' }, ahead, key)
      const place = (i: number) => Math.floor((axis === 'time' ? Math.floor(i / bands) : i % bands) / stripe)
      const gone = new Set([...ahead.keys()].filter(i => masked[i] === 0).map(place))
      t.is(gone.size, Math.ceil(size / stripe) - stay)
      masked.forEach((value, i) => {
        t.is(value, gone.has(place(i)) ? 0 : ahead[i]!)
      })
    },
  )

testProp(
  'as many stripes go as the share says; what stays is rounded down',
  [fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 99 }), streams()],
  (t, count, percent, rng) => {
    const stripes = drawMasked(count, percent / 100, rng)
    t.is(count - stripes.length, Math.floor((count * (100 - percent)) / 100))
    t.is(new Set(stripes).size, stripes.length)
    t.true(stripes.every(stripe => stripe >= 0 && stripe < count))
  },
)

test('every stripe goes equally often', t => {
  const rng = draws()('stripes')
  const counts = new Array(8).fill(0)
  for (let time = 0; time < 10_000; time++) for (const stripe of drawMasked(8, 0.4, rng)) counts[stripe]++
  for (const count of counts) t.true(Math.abs(count - 5_000) < 250, String(counts)) // 4 of 8 stay
})

test('a patch of which nothing would stay is refused', t => {
  const problem = t.throws(() => outOf(maskAxis, { axis: 'frequency', share: 0.6, stripe: 4 }, ports), {
    instanceOf: ParameterProblem,
    message: /2 stripes of 4/,
  })
  t.is(problem.parameter, 'stripe')
  t.notThrows(() => outOf(maskAxis, { axis: 'frequency', share: 0.5, stripe: 4 }, ports))
})
