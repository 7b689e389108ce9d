import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import type { Patch } from '../../../stages/values.js'
import specAugment, { drawStripes, masked } from '../../../stages/views/spec-augment.js'
import { fc, testProp } from '../../properties.js'
import { draws, outOf, PATCH_SIZE, patches, patchPort, runItem, streams } from './support.js'

const { frames, bands } = patchPort
const stripes = (size: number) =>
  fc.array(
    fc.tuple(fc.nat(size), streams()).map(([width, rng]) => drawStripes({ count: 1, width, size }, rng)[0]!),
    { maxLength: 3 },
  )

testProp(
  'bins under a stripe hold the fill, all others are as before',
  [patches(), stripes(frames), stripes(bands), fc.constantFrom('minimum' as const, 'mean' as const, 'zero' as const)],
  (t, patch, times, frequencies, fill) => {
    const expected = { minimum: Math.min(...patch), mean: patch.reduce((a, b) => a + b, 0) / PATCH_SIZE, zero: 0 }[fill]
    const result = masked(patch, bands, { times, frequencies, fill })
    const under = (list: typeof times, bin: number) =>
      list.some(({ start, width }) => bin >= start && bin < start + width)
    result.forEach((value, i) => {
      const hidden = under(times, Math.floor(i / bands)) || under(frequencies, i % bands)
      t.is(value, hidden ? Math.fround(expected) : patch[i]!)
    })
  },
)

test('widths go from 0 to the width included, starts wherever they fit', t => {
  const drawn = drawStripes({ count: 40_000, width: 3, size: 5 }, draws()('stripes'))
  for (const width of [0, 1, 2, 3]) {
    const starts = drawn.filter(stripe => stripe.width === width).map(({ start }) => start)
    t.true(Math.abs(starts.length - 10_000) < 400)
    for (let start = 0; start <= 5 - width; start++) {
      const share = starts.filter(at => at === start).length / starts.length
      t.true(Math.abs(share - 1 / (6 - width)) < 0.02)
    }
    t.is(Math.max(...starts), 5 - width)
  }
})

/** Fully masked frames and bands of a patch that has no two equal bins and its minimum nowhere but at the first bin. */
function hidden(patch: Patch) {
  const least = Math.min(...patch)
  const all = (bins: number[]) => bins.every(i => patch[i] === least)
  const range = (size: number) => Array.from({ length: size }, (_, i) => i)
  return {
    times: range(frames).filter(frame => all(range(bands).map(band => frame * bands + band))),
    frequencies: range(bands).filter(band => all(range(frames).map(frame => frame * bands + band))),
  }
}
const ascending = () => Float32Array.from({ length: PATCH_SIZE }, (_, i) => i)
const ports = { from: patchPort }

test('as many masks as asked for, of both kinds', t => {
  const only = (given: object) =>
    Array.from({ length: 300 }, (_, i) =>
      hidden(runItem(specAugment, given, ports, { from: ascending(), rng: draws(`${i}`) }) as Patch),
    )
  const frequencies = only({ 'time-masks': 0, 'time-width': 0, 'frequency-masks': 1, 'frequency-width': 3 })
  t.true(frequencies.every(({ times }) => times.length === 0))
  t.is(Math.max(...frequencies.map(mask => mask.frequencies.length)), 3)
  const times = only({ 'time-masks': 2, 'time-width': 3, 'frequency-masks': 0, 'frequency-width': 0 })
  t.true(times.every(mask => mask.frequencies.length === 0))
  t.is(Math.max(...times.map(mask => mask.times.length)), 6)
})

test('masks of width 0 leave the patch', t => {
  const given = { 'time-width': 0, 'frequency-width': 0 }
  t.deepEqual(runItem(specAugment, given, ports, { from: ascending() }) as Patch, ascending())
})

test('the two lanes of a pair get different masks, one lane always the same', t => {
  const given = { 'time-width': 12, 'frequency-width': 8 }
  const lane = (name: string) =>
    runItem(specAugment, given, ports, { from: ascending(), rng: draws('clip', name) }) as Patch
  t.notDeepEqual(lane('a'), lane('b'))
  t.deepEqual(lane('a'), lane('a'))
})

test('a mask wider than the patch is refused at its parameter', t => {
  const out = (given: object) => outOf(specAugment, given, ports)
  const wide = t.throws(() => out({ 'time-width': 12, 'frequency-width': 9 }), {
    instanceOf: ParameterProblem,
    message: /9 bands.* 8 bands/,
  })
  t.is(wide.parameter, 'frequency-width')
  t.is(
    t.throws(() => out({ 'time-width': 13, 'frequency-width': 8 }), { instanceOf: ParameterProblem }).parameter,
    'time-width',
  )
  t.notThrows(() => out({ 'time-width': 12, 'frequency-width': 8 }))
  t.notThrows(() => out({ 'time-masks': 0, 'frequency-masks': 0 }))
})
