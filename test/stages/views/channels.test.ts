/** Patches of several channels: how they are made, exchanged and masked. */
import test from 'ava'
import { ParameterProblem, type Stage } from '../../../stages/contract.js'
import type { PatchPort, Port } from '../../../stages/ports.js'
import type { Patch } from '../../../stages/values.js'
import maskChannels, { withoutChannel } from '../../../stages/views/mask-channels.js'
import samePlace from '../../../stages/views/same-place.js'
import specAugment from '../../../stages/views/spec-augment.js'
import stack, { channelOf, stacked } from '../../../stages/views/stack.js'
import swapChannels, { swapped } from '../../../stages/views/swap-channels.js'
import temporalProximity from '../../../stages/views/temporal-proximity.js'
import { testProp } from '../../properties.js'
import { draws, logMelPort, melOf, outOf, patches, patchPort, runItem } from './support.js'

const { bands } = patchPort
const three = { ...patchPort, channels: 3 }
const ports = { a: patchPort, b: patchPort, c: patchPort }

testProp('stacked patches are found again, channel by channel', [patches(), patches(), patches()], (t, ...given) => {
  const [a, b, c] = given
  t.deepEqual(outOf(stack, {}, ports), three)
  const all = runItem(stack, {}, ports, { a, b, c }) as Patch
  t.deepEqual(all, stacked(given))
  t.deepEqual(
    [0, 1, 2].map(channel => channelOf(all, channel, 3)),
    given,
  )
})

testProp(
  'a swap exchanges two channels and turns the lags round; twice is the patch itself',
  [patches(), patches(), patches()],
  (t, a, b, lags) => {
    const other = swapped(stacked([a, b, lags]), bands)
    t.deepEqual(channelOf(other, 0, 3), b)
    t.deepEqual(channelOf(other, 1, 3), a)
    const turned = channelOf(other, 2, 3)
    for (let at = 0; at < lags.length; at += bands)
      t.deepEqual(turned.slice(at, at + bands), lags.slice(at, at + bands).reverse())
    t.deepEqual(swapped(other, bands), stacked([a, b, lags]))
  },
)

testProp('a mask takes one channel away and leaves the others', [patches(), patches()], (t, a, b) => {
  const both = stacked([a, b])
  const masked = withoutChannel(both, 1, 2)
  t.deepEqual([channelOf(masked, 0, 2), channelOf(masked, 1, 2)], [a, new Float32Array(a.length)])
  t.deepEqual(both, stacked([a, b]))
})

test('shares of the patches are swapped, or lose a channel, each equally often', t => {
  const from = new Float32Array(3 * 96).fill(1)
  from[0] = 2
  const counts = [0, 0, 0]
  let swaps = 0
  for (let i = 0; i < 2000; i++) {
    const given = { from, rng: draws(`${i}`) }
    if (runItem(swapChannels, { probability: 0.3 }, { from: three }, given) !== from) swaps++
    const masked = runItem(maskChannels, { probability: 0.6 }, { from: three }, given) as Patch
    if (masked !== from) counts[masked.indexOf(0)]!++
  }
  t.true(Math.abs(swaps - 600) < 90, `${swaps}`)
  for (const count of counts) t.true(Math.abs(count - 400) < 80, `${count}`)
})

test('the same place: both patches of a pair, of another spectrogram; of a short clip, again and again', t => {
  const [one, other] = [0, 100].map(more => melOf(Float32Array.from({ length: 40 * bands }, (_, at) => at + more)))
  const near = runItem(temporalProximity, { frames: 12 }, { from: logMelPort }, { from: one }) as Record<
    'a' | 'b',
    Patch
  >
  for (const at of [near.a, near.b]) {
    const there = runItem(samePlace, {}, { from: logMelPort, at: patchPort }, { from: other, at }) as Patch
    t.deepEqual(
      there,
      at.map(value => value + 100),
    )
    t.throws(() => runItem(samePlace, {}, { from: logMelPort, at: patchPort }, { from: other, at: at.slice() }), {
      code: 'no-place',
    })
    t.throws(
      () => runItem(samePlace, {}, { from: logMelPort, at: patchPort }, { from: melOf(new Float32Array(80)), at }),
      {
        instanceOf: RangeError,
      },
    )
  }
  const short = melOf(Float32Array.from({ length: 5 * bands }, (_, at) => at))
  const { a } = runItem(temporalProximity, { frames: 12 }, { from: logMelPort }, { from: short }) as { a: Patch }
  t.deepEqual(runItem(samePlace, {}, { from: logMelPort, at: patchPort }, { from: short, at: a }), a)
})

test('stripes are blotted out in all channels alike', t => {
  const [one, two] = [1, 2].map(value => new Float32Array(96).fill(value)) as [Patch, Patch]
  const given = { 'time-width': 6, 'frequency-width': 4, fill: 'zero' }
  const run = (from: Patch, port: PatchPort) => runItem(specAugment, given, { from: port }, { from }) as Patch
  const both = run(stacked([one, two]), { ...patchPort, channels: 2 })
  t.deepEqual(channelOf(both, 0, 2), run(one, patchPort))
  t.deepEqual(channelOf(both, 1, 2), run(two, patchPort))
  t.true(both.includes(0))
})

test('frames of another hop, and channels that there are not, are refused', t => {
  const refused = (stage: Stage, given: Record<string, Port>) =>
    t.throws(() => outOf(stage, {}, given), { instanceOf: ParameterProblem }).parameter
  t.is(refused(samePlace, { from: logMelPort, at: { ...patchPort, hop: 80 } }), 'at')
  t.is(refused(swapChannels, { from: { ...patchPort, channels: 2 } }), 'from')
  t.is(refused(swapChannels, { from: patchPort }), 'from')
  t.is(refused(maskChannels, { from: patchPort }), 'from')
})
