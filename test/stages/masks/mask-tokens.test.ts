import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import stage from '../../../stages/masks/mask-tokens.js'
import type { IndicesPort, PatchPort } from '../../../stages/ports.js'
import { fc, testProp } from '../../properties.js'
import { draws, outOf, runItem } from '../views/support.js'

const from: PatchPort = { kind: 'patch', rate: 16000, hop: 160, frames: 96, bands: 64 }
const patch = [8, 8]

function maskOf(parameters: object, item: string): { kept: number[]; rest: number[]; port: IndicesPort } {
  const port = outOf(stage, { patch, ...parameters }, { from }) as IndicesPort
  const value = runItem(stage, { patch, ...parameters }, { from }, { from: null, rng: draws(item) }) as Float32Array
  return { kept: [...value.slice(0, port.kept)], rest: [...value.slice(port.kept)], port }
}
const ascends = (numbers: number[]) => numbers.every((value, at) => at === 0 || numbers[at - 1]! < value)

testProp(
  'every piece once, the kept ones first, as many as the port says',
  [
    fc.constantFrom('random', 'block', 'time', 'frequency', 'time-frequency'),
    fc.double({ min: 0.2, max: 0.8, noNaN: true }),
    fc.string(),
  ],
  (t, kind, share, item) => {
    const { kept, rest, port } = maskOf({ kind, share }, item)
    t.deepEqual([port.times, port.bins], [12, 8])
    t.deepEqual(
      [...kept, ...rest].sort((a, b) => a - b),
      [...Array(96).keys()],
    )
    t.true(ascends(kept) && ascends(rest))
  },
)

test('time and frequency hide whole rows of the grid', t => {
  const times = new Set(maskOf({ kind: 'time', share: 0.5 }, 'a').rest.map(place => Math.floor(place / 8)))
  t.is(times.size, 6)
  const bins = new Set(maskOf({ kind: 'frequency', share: 0.25 }, 'a').rest.map(place => place % 8))
  t.is(bins.size, 2)
})

test('of times and bands in turn whole rows are hidden, but for the last', t => {
  const hidden = new Set(maskOf({ kind: 'time-frequency', share: 0.5 }, 'a').rest)
  const whole = (rows: number[][]) => rows.filter(row => row.every(place => hidden.has(place))).length
  const times = whole(Array.from({ length: 12 }, (_, time) => Array.from({ length: 8 }, (_, bin) => time * 8 + bin)))
  const bins = whole(Array.from({ length: 8 }, (_, bin) => Array.from({ length: 12 }, (_, time) => time * 8 + bin)))
  t.deepEqual([hidden.size, times, bins], [48, 3, 2]) // 8 + 11 + 7 + 10 + 6, and 6 of 9
})

test('blocks hide neighbours more often than single pieces do', t => {
  const neighbours = (kind: string) =>
    Array.from({ length: 40 }, (_, i) => maskOf({ kind, share: 0.3 }, `${i}`).rest).reduce(
      (sum, rest) => sum + rest.filter(place => place % 8 < 7 && rest.includes(place + 1)).length,
      0,
    )
  t.true(neighbours('block') > 1.5 * neighbours('random'))
})

test('a mask that hides nothing or everything, and pieces that do not fill the patch, are refused', t => {
  const refused = (parameters: object) =>
    t.throws(() => outOf(stage, parameters, { from }), { instanceOf: ParameterProblem })!.message
  t.regex(refused({ patch: [32, 64], share: 0.9 }), /0.9 of 3 pieces leaves 0 to see and 3 to guess/)
  t.regex(refused({ patch: [10, 8] }), /10 x 8 do not fill a patch of 96 x 64/)
})
