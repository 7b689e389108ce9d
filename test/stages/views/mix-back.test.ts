import test from 'ava'
import type { Pair, Patch } from '../../../stages/values.js'
import mixBackStage, { mixBack } from '../../../stages/views/mix-back.js'
import { fc, testProp } from '../../properties.js'
import {
  bankOf,
  draws,
  energy,
  fixture,
  largestDifference,
  logMelPort,
  melOf,
  PATCH_SIZE,
  patches,
  patchPort,
  runItem,
} from './support.js'

const ratios = () => fc.double({ min: 0.001, max: 0.99, noNaN: true })

testProp(
  'the background holds exactly ratio times the foreground energy',
  [patches(), patches(), ratios()],
  (t, x, b, ratio) => {
    const mixed = mixBack(x, b, ratio)
    const whole = energy(x)
    const background = mixed.reduce((sum, value, i) => sum + 10 ** value - (1 - ratio) * 10 ** x[i]!, 0)
    t.true(Math.abs(energy(mixed) - whole) < 1e-5 * whole)
    t.true(Math.abs(background - ratio * whole) < 1e-5 * whole)
  },
)

testProp('the level of the background does not matter', [patches(), patches(), ratios()], (t, x, b, ratio) => {
  const louder = b.map(value => value + 2)
  t.true(largestDifference(mixBack(x, b, ratio), mixBack(x, louder, ratio)) < 1e-5)
})

test('agrees with the formula of uclser20 on ten patches', t => {
  type Case = Record<'foreground' | 'background' | 'mixed' | 'unadjusted', number[]> & { ratio: number }
  for (const { foreground, background, mixed, unadjusted, ratio } of fixture<Case[]>('mix-back')) {
    const [x, b] = [Float32Array.from(foreground), Float32Array.from(background)]
    t.true(largestDifference(mixBack(x, b, ratio), mixed) < 1e-6)
    t.true(largestDifference(mixBack(x, b, ratio, 'none'), unadjusted) < 1e-6)
  }
})

test('a ratio of 0 leaves the foreground', t => {
  const x = Float32Array.from([-1, 2])
  t.deepEqual(mixBack(x, Float32Array.from([0, 0]), 0), x)
})

test('a silent background is an error, not NaN', t => {
  const silence = new Float32Array(PATCH_SIZE).fill(-Infinity)
  t.throws(() => mixBack(new Float32Array(PATCH_SIZE), silence, 0.05), { instanceOf: RangeError })
})

/** A clip with all its energy in one band, so that a mixture shows which background it got and at which ratio. */
const tone = (band: number) =>
  melOf(Float32Array.from({ length: 3 * PATCH_SIZE }, (_, i) => (i % patchPort.bands === band ? 0 : -30)))

test('without the energy rule silence is a background too; what is not finite never is', t => {
  const [zeros, silence] = [new Float32Array(PATCH_SIZE), new Float32Array(PATCH_SIZE).fill(-Infinity)]
  t.true(largestDifference(mixBack(zeros, silence, 0.5, 'none'), zeros.fill(Math.log10(0.5))) < 1e-6)
  for (const rule of ['equal', 'none'] as const)
    for (const value of [Infinity, Number.NaN])
      t.throws(() => mixBack(zeros, zeros.slice().fill(value), 0.05, rule), { instanceOf: RangeError })
})

const ports = {
  from: { kind: 'pair', of: patchPort } as const,
  backgrounds: { kind: 'logmel', rate: 16000, hop: 160, bands: 8 } as const,
}

test('both views share one ratio and get different backgrounds, neither from the clip itself', async t => {
  const { bank, asked } = bankOf([tone(2), tone(5)])
  const flat = () => new Float32Array(PATCH_SIZE)
  const drawn: number[] = []
  for (let item = 0; item < 50; item++) {
    const given = { from: { a: flat(), b: flat() }, backgrounds: bank, rng: draws(`clip ${item}`) }
    const { a, b } = (await runItem(mixBackStage, { ratio: [0.1, 0.3] }, ports, given)) as Pair<Patch>
    const ratio = 1 - 10 ** a[0]!
    drawn.push(ratio)
    t.true(Math.abs(1 - 10 ** b[0]! - ratio) < 1e-5)
    t.true(a[2]! > 0 && a[5]! < 0 && b[5]! > 0 && b[2]! < 0)
  }
  t.true(Math.min(...drawn) > 0.0999 && Math.max(...drawn) < 0.3001 && new Set(drawn).size > 45)
  t.deepEqual(asked[0], { count: 2, not: 'clip' })
})

test('a silent clip in the bank drops the item', async t => {
  const silent = melOf(new Float32Array(PATCH_SIZE).fill(-Infinity))
  const given = {
    from: { a: new Float32Array(PATCH_SIZE), b: new Float32Array(PATCH_SIZE) },
    backgrounds: bankOf([silent, silent]).bank,
  }
  await t.throwsAsync(async () => runItem(mixBackStage, {}, ports, given), { instanceOf: RangeError })
})

test('the energy rule leaves the draws alone: same ratio, same backgrounds, same places', async t => {
  const run = async (given: object) => {
    const from = { a: new Float32Array(PATCH_SIZE), b: new Float32Array(PATCH_SIZE) }
    const { bank } = bankOf([tone(2), tone(5)])
    return (await runItem(mixBackStage, given, ports, { from, backgrounds: bank })) as Pair<Patch>
  }
  const plain = await run({})
  const ratio = draws()('ratio').uniform(0, 0.05)
  t.true(Math.abs(1 - 10 ** plain.a[0]! - ratio) < 1e-6)
  t.deepEqual(await run({ energy: 'equal' }), plain)
  const unadjusted = await run({ energy: 'none' })
  t.true(Math.abs(unadjusted.a[2]!) < 1e-6) // (1 - ratio) 1 + ratio 1
  t.is(unadjusted.b[0], plain.b[0])
})

test('of more than two views each has a background of another clip, and all have one ratio', async t => {
  const { bank, asked } = bankOf([tone(1), tone(2), tone(3)])
  const from = [0, 0, 0].map(() =>
    new Float32Array(PATCH_SIZE).fill(-30).map((_, i) => (i % patchPort.bands ? -30 : 0)),
  )
  const ports = { from: { kind: 'channels', of: patchPort, count: 3 } as const, backgrounds: logMelPort }
  const given = { from, backgrounds: bank, rng: draws('clip') }
  const views = (await runItem(mixBackStage, { ratio: [0.1, 0.3] }, ports, given)) as Patch[]
  t.like(asked, [{ count: 3, not: 'clip' }])
  const heard = views.map(view => [1, 2, 3].map(band => 10 ** view[band]!))
  const [ratio] = heard[0]!
  t.true(ratio! > 0.1 && ratio! < 0.3)
  for (const [at, bands] of heard.entries()) t.true(largestDifference(bands, [0, 0, 0].fill(ratio!, at, at + 1)) < 1e-6)
})
