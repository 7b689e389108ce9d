import test from 'ava'
import { added } from '../../../stages/sample-arrays.js'
import { activeLevel } from '../../../stages/scenes/active-level.js'
import { composeScene } from '../../../stages/scenes/compose.js'
import { cutBed, cutEvent, type Source } from '../../../stages/scenes/cut-event.js'
import { fc, testProp } from '../../properties.js'
import { draws, streams } from '../views/support.js'

const RATE = 1000
const rules = { rate: RATE, samples: 1000, overlap: 0.5, levels: 5, below: [15, 25] as const, reference: -25 }

/** Noise that fades away, never silent. */
function sound(length: number, loudness: number, key: string): Float32Array {
  const samples = new Float32Array(length)
  draws(key)('noise').fillNormal(samples, loudness)
  return samples.map((sample, i) => sample * Math.exp((-3 * i) / length))
}
const sounds = () =>
  fc
    .array(fc.tuple(fc.integer({ min: 30, max: 900 }), fc.double({ min: 0.01, max: 3, noNaN: true }), fc.string()), {
      minLength: 1,
      maxLength: 4,
    })
    .map(given => given.map(one => sound(...one)))

testProp(
  'levels are what the scene says, within the range asked for; nothing clips; stems add up',
  [sounds(), fc.string(), fc.double({ min: -60, max: 0, noNaN: true })],
  (t, cuts, key, reference) => {
    const bed = sound(1000, 1, `${key} bed`)
    const { events, placed, bedLevel, gain, ...scene } = composeScene(cuts, bed, { ...rules, reference }, draws(key))
    for (const [i, { onset, samples, level }] of placed.entries()) {
      const stem = events[i]!
      t.is(stem.length, 1000)
      t.true(Math.abs(activeLevel(stem.slice(onset, onset + samples), RATE) - level) < 1e-3)
      t.true(stem.every((sample, at) => sample === 0 || (at >= onset && at < onset + samples)))
      for (const other of placed) t.true(Math.abs(level - other.level) <= 5 + 1e-9)
    }
    t.true(Math.abs(activeLevel(scene.bed!, RATE) - bedLevel!) < 1e-3)
    const below = placed.reduce((sum, { level }) => sum + level, 0) / placed.length - bedLevel!
    t.true(below >= 15 - 1e-9 && below <= 25 + 1e-9)
    t.true(gain > 0 && gain <= 1)
    for (const signal of [...events, scene.bed!, added([...events, scene.bed!], events[0]!.length)])
      t.true(signal.every(sample => Math.abs(sample) <= 0.99 + 1e-6))
  },
)

test('one gain turns everything down where something would clip, and only then', t => {
  const [cuts, bed] = [[sound(500, 1, 'a'), sound(400, 1, 'b')], sound(1000, 1, 'c')]
  const [quiet, loud] = [-40, -5].map(reference => composeScene(cuts, bed, { ...rules, reference }, draws('gain')))
  t.is(quiet!.gain, 1)
  t.true(loud!.gain < 1)
  const raised = 10 ** (35 / 20) * loud!.gain
  for (const stem of ['bed', 'events'] as const) {
    const [soft, hard] = [quiet, loud].map(scene => (stem === 'bed' ? scene!.bed! : scene!.events[1]!))
    t.true(hard!.every((sample, i) => Math.abs(sample - raised * soft![i]!) < 1e-5))
  }
  t.true(Math.abs(loud!.placed[0]!.level - quiet!.placed[0]!.level - 35 - 20 * Math.log10(loud!.gain)) < 1e-9)
})

test('the same draws give the same scene, others another', t => {
  const cuts = [sound(500, 1, 'a'), sound(400, 1, 'b')]
  const scene = (key: string) => composeScene(cuts, undefined, rules, draws(key))
  t.deepEqual(scene('one'), scene('one'))
  t.notDeepEqual(scene('one').placed, scene('two').placed)
})

test('stems are summed sample by sample', t => {
  t.deepEqual(added([Float32Array.of(1, 2), Float32Array.of(0.5, -2)], 2), Float32Array.of(1.5, 0))
})

const source = (samples: Float32Array): Source => ({
  rate: RATE,
  samples: samples.length,
  read: (start, count) => samples.slice(start, start + count),
})

testProp(
  'an event is a piece of its clip, faded only where it was cut',
  [fc.integer({ min: 40, max: 400 }), streams()],
  (t, longest, rng) => {
    const whole = new Float32Array(300).fill(0.5)
    const { samples, start } = cutEvent(source(whole), longest, 10, rng)
    t.is(samples.length, Math.min(longest, 300))
    t.true(start + samples.length <= 300)
    t.is(samples[0]! < 0.01, start > 0)
    t.is(samples.at(-1)! < 0.01, start + samples.length < 300)
    t.true(samples.subarray(10, -10).every(sample => sample === 0.5))
  },
)

test('silence around an event is left out, but for a frame on each side', t => {
  const whole = new Float32Array(1000)
  whole.fill(1, 400, 500)
  const { samples, start } = cutEvent(source(whole), 1000, 0, draws()('cut'))
  t.is(start, 380)
  t.is(samples.length, 140)
  t.throws(() => cutEvent(source(new Float32Array(50)), 1000, 0, draws()('cut')), { instanceOf: RangeError })
})

testProp(
  'a bed fills the scene: repeated if it is short',
  [fc.integer({ min: 1, max: 300 }), streams()],
  (t, length, rng) => {
    const whole = Float32Array.from({ length: 100 }, (_, i) => i)
    const { samples, start } = cutBed(source(whole), length, rng)
    t.is(samples.length, length)
    t.true(samples.every((sample, i) => sample === (start + i) % 100))
  },
)
