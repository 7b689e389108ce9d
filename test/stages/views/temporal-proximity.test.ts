import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import type { Pair, Patch } from '../../../stages/values.js'
import temporalProximity, { randomPatch } from '../../../stages/views/temporal-proximity.js'
import { draws, logMelPort, melOf, outOf, runItem, streams } from './support.js'

/** Each bin of frame f holds f, so that a patch tells its place. */
const ramp = (frames: number, bands = 8) =>
  melOf(
    Float32Array.from({ length: frames * bands }, (_, i) => Math.floor(i / bands)),
    bands,
  )

testProp(
  'a patch is a run of frames of the clip, repeated if the clip is too short',
  [fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 30 }), streams()],
  (t, clip, frames, rng) => {
    const patch = randomPatch(ramp(clip), frames, rng)
    t.is(patch.length, frames * 8)
    const start = patch[0]!
    t.true(start <= Math.max(0, clip - frames))
    patch.forEach((value, i) => {
      if (value !== (start + Math.floor(i / 8)) % clip) t.fail(`bin ${i} of a patch from ${start} holds ${value}`)
    })
  },
)

test('a clip of one frame gives that frame over and over', t => {
  const mel = melOf(Float32Array.from([1, 2]), 2)
  t.deepEqual(randomPatch(mel, 3, draws()('starts')), Float32Array.from([1, 2, 1, 2, 1, 2]))
})

test('a clip without frames is an error', t => {
  t.throws(() => randomPatch(melOf(new Float32Array(0)), 3, draws()('starts')), { instanceOf: RangeError })
})

test('the two starts are uniform and independent', t => {
  const places = 10
  const counts = new Map<string, number>()
  const rounds = 20_000
  for (let item = 0; item < rounds; item++) {
    const given = { from: ramp(12 + places - 1), rng: draws(`clip ${item}`) }
    const { a, b } = runItem(temporalProximity, { frames: 12 }, { from: logMelPort }, given) as Pair<Patch>
    const starts = `${a[0]} ${b[0]}`
    counts.set(starts, (counts.get(starts) ?? 0) + 1)
  }
  const expected = rounds / places ** 2
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  t.is(counts.size, places ** 2)
  t.true(chiSquared < 149, `chi-squared ${chiSquared} with 99 degrees of freedom`)
})

test('gives a pair of patches', t => {
  t.deepEqual(outOf(temporalProximity, { frames: 96 }, { from: logMelPort }), {
    kind: 'pair',
    of: { kind: 'patch', rate: 16000, hop: 160, bands: 8, frames: 96 },
  })
})
