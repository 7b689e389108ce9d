import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import type { Pair, Patch } from '../../../stages/values.js'
import temporalProximity, { drawStarts, randomPatch } from '../../../stages/views/temporal-proximity.js'
import { fc, testProp } from '../../properties.js'
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

/** Where the patches of many draws start, and how often: `a b`. */
function startsOf(given: object, places: number, rounds: number) {
  const counts = new Map<string, number>()
  for (let item = 0; item < rounds; item++) {
    const inputs = { from: ramp(4 + places - 1), rng: draws(`clip ${item}`) }
    const { a, b } = runItem(temporalProximity, { frames: 4, ...given }, { from: logMelPort }, inputs) as Pair<Patch>
    const starts = `${a[0]} ${b[0]}`
    counts.set(starts, (counts.get(starts) ?? 0) + 1)
  }
  return counts
}

// Patches of 4 frames, 10 ms apart, in a clip with 10 places: the pairs counted out.
const modes: [object, (distance: number) => boolean][] = [
  [{ mode: 'same' }, distance => distance === 0],
  [{ mode: 'overlapping' }, distance => distance < 4],
  [{ mode: 'disjoint' }, distance => distance >= 4],
  [{ mode: 'range', distance: ['20 ms', '50 ms'] }, distance => distance >= 2 && distance <= 5],
  [{ mode: 'range', distance: [0.07, 0.07] }, distance => distance === 7],
  [{ mode: 'range', distance: [0, '1 h'] }, () => true],
]
for (const [given, allowed] of modes)
  test(`${JSON.stringify(given)}: every pair of starts that fits, equally often`, t => {
    const places = Array.from({ length: 10 }, (_, start) => start)
    const fitting = places.flatMap(a => places.filter(b => allowed(Math.abs(a - b))).map(b => `${a} ${b}`))
    const rounds = 100 * fitting.length
    const counts = startsOf(given, 10, rounds)
    t.deepEqual([...counts.keys()].sort(), fitting.sort())
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0)
    const degrees = fitting.length - 1
    t.true(chiSquared < degrees + 4.5 * Math.sqrt(2 * degrees), `chi-squared ${chiSquared}, ${degrees} degrees`)
  })

testProp(
  'two starts lie in the clip and as far apart as asked',
  [fc.integer({ min: 1, max: 1e6 }), fc.nat(1000), fc.nat(1000), streams()],
  (t, places, least, more, rng) => {
    fc.pre(least < places)
    const [a, b] = drawStarts(places, [least, least + more], rng)
    t.true(Math.min(a, b) >= 0 && Math.max(a, b) < places)
    t.true(Math.abs(a - b) >= least && Math.abs(a - b) <= least + more)
  },
)

test('mode random draws as it always did', t => {
  const given = { from: ramp(1000), rng: draws('clip') }
  const { a, b } = runItem(temporalProximity, {}, { from: logMelPort }, given) as Pair<Patch>
  const starts = draws('clip')('starts')
  t.deepEqual([a[0], b[0]], [starts.integer(0, 905), starts.integer(0, 905)])
})

test('a clip too short for the distance is dropped; one shorter than a patch still gives the same patch twice', t => {
  const run = (mode: string, frames: number) =>
    runItem(temporalProximity, { frames: 4, mode }, { from: logMelPort }, { from: ramp(frames) }) as Pair<Patch>
  t.notThrows(() => run('disjoint', 8))
  t.throws(() => run('disjoint', 7), { instanceOf: RangeError, message: /4 frames apart.* lacks 1/ })
  t.throws(() => run('disjoint', 2), { instanceOf: RangeError })
  t.throws(() => run('same', 0), { instanceOf: RangeError, message: /no frames/ })
  for (const mode of ['same', 'overlapping']) {
    const { a, b } = run(mode, 3)
    t.deepEqual(a, b)
    t.deepEqual([a[0], a[8], a[16], a[24]], [0, 1, 2, 0])
  }
})

test('mode range and a distance go together, and a whole frame has to lie in it', t => {
  const refused = (given: object) =>
    t.throws(() => outOf(temporalProximity, given, { from: logMelPort }), { instanceOf: ParameterProblem }).parameter
  t.is(refused({ mode: 'range' }), 'mode')
  t.is(refused({ mode: 'disjoint', distance: [0, 1] }), 'distance')
  t.is(refused({ mode: 'range', distance: ['11 ms', '19 ms'] }), 'distance')
  t.throws(() => outOf(temporalProximity, { mode: 'range', distance: [2, 1] }, { from: logMelPort }), {
    message: /lower end/,
  })
})

test('more than two views are channels; the first two lie as they would alone', t => {
  const shape = { kind: 'patch', rate: 16000, hop: 160, bands: 8, frames: 12 }
  t.deepEqual(outOf(temporalProximity, { frames: 12, views: 5 }, { from: logMelPort }), {
    ...{ kind: 'channels', of: shape, count: 5 },
  })
  t.like(outOf(temporalProximity, { views: 2 }, { from: logMelPort }), { kind: 'pair' })
  const run = (given: object) => runItem(temporalProximity, { frames: 12, ...given }, { from: logMelPort }, item())
  const item = () => ({ from: ramp(500), rng: draws('clip') })
  const starts = (run({ views: 5 }) as Patch[]).map(patch => patch[0])
  const { a, b } = run({}) as Pair<Patch>
  t.deepEqual(starts.slice(0, 2), [a[0], b[0]])
  t.is(new Set(starts).size, 5)
  const same = (run({ views: 3, mode: 'same' }) as Patch[]).map(patch => patch[0])
  t.deepEqual(same, [same[0], same[0], same[0]])
  t.throws(() => outOf(temporalProximity, { views: 3, mode: 'disjoint' }, { from: logMelPort }), {
    instanceOf: ParameterProblem,
    message: /disjoint says how two views lie, and there are 3/,
  })
})
