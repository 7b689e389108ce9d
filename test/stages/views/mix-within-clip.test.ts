import test from 'ava'
import type { Pair, Patch } from '../../../stages/values.js'
import mixWithinClip from '../../../stages/views/mix-within-clip.js'
import {
  draws,
  energy,
  fixture,
  largestDifference,
  logMelPort,
  melOf,
  PATCH_SIZE,
  patchPort,
  runItem,
} from './support.js'

const ports = { views: { kind: 'pair', of: patchPort } as const, backgrounds: logMelPort }
const flat = () => ({ a: new Float32Array(PATCH_SIZE), b: new Float32Array(PATCH_SIZE) })

test('agrees with the formula of uclser20, with and without the energy rule', t => {
  type Case = Record<'foreground' | 'background' | 'mixed' | 'unadjusted', number[]> & { ratio: number }
  for (const { foreground, background, mixed, unadjusted, ratio } of fixture<Case[]>('mix-back'))
    for (const [rule, expected] of [['equal', mixed] as const, ['none', unadjusted] as const]) {
      const x = Float32Array.from(foreground)
      const given = { views: { a: x, b: x }, backgrounds: melOf(Float32Array.from(background)) }
      const { a, b } = runItem(mixWithinClip, { ratio: [ratio, ratio], energy: rule }, ports, given) as Pair<Patch>
      t.true(largestDifference(a, expected) < 1e-6)
      t.deepEqual(b, a)
      t.deepEqual(x, Float32Array.from(foreground))
    }
})

/** One band for each of six stretches of a clip, as long as a patch. */
const stretches = melOf(
  Float32Array.from({ length: 6 * PATCH_SIZE }, (_, i) =>
    i % patchPort.bands === Math.floor(i / PATCH_SIZE) ? 0 : -30,
  ),
)

test('one ratio for both views, places of their own from all of the clip', t => {
  const heard = (patch: Patch) => patch.subarray(0, patchPort.bands).findIndex(value => value > 0)
  const bands = { a: new Set<number>(), b: new Set<number>() }
  const ratios: number[] = []
  let different = 0
  for (let item = 0; item < 300; item++) {
    const given = { views: flat(), backgrounds: stretches, rng: draws(`clip ${item}`) }
    const { a, b } = runItem(mixWithinClip, { ratio: [0.1, 0.3] }, ports, given) as Pair<Patch>
    bands.a.add(heard(a))
    bands.b.add(heard(b))
    if (heard(a) !== heard(b)) different++
    ratios.push(1 - 10 ** a[7]!)
    t.true(Math.abs(1 - 10 ** b[7]! - ratios.at(-1)!) < 1e-5)
    t.true(Math.abs(energy(a) - PATCH_SIZE) < 1e-4 * PATCH_SIZE)
  }
  t.deepEqual([bands.a.size, bands.b.size], [6, 6])
  t.true(different > 150)
  t.true(Math.min(...ratios) > 0.0999 && Math.max(...ratios) < 0.3001 && new Set(ratios).size > 250)
})

test('a clip that is silent, or has no frames, is dropped', t => {
  const run = (values: Float32Array) => runItem(mixWithinClip, {}, ports, { views: flat(), backgrounds: melOf(values) })
  t.throws(() => run(new Float32Array(PATCH_SIZE).fill(-Infinity)), { instanceOf: RangeError, message: /silent/ })
  t.throws(() => run(new Float32Array(0)), { instanceOf: RangeError, message: /no frames/ })
})
