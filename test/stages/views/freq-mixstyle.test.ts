import test from 'ava'
import type { Patch } from '../../../stages/values.js'
import stage, { freqMixStyle } from '../../../stages/views/freq-mixstyle.js'
import { near } from '../../engine/near.js'
import { testProp } from '../../properties.js'
import { bankOf, draws, fixture, logMelPort, melOf, PATCH_SIZE, patches, patchPort, runItem } from './support.js'

const { bands } = patchPort
const ports = { from: patchPort, others: logMelPort }

test('agrees with the authors on patches and weights', t => {
  type Case = Record<'patch' | 'other' | 'mixed', number[]> & { weight: number }
  for (const { patch, other, mixed, weight } of fixture<Case[]>('freq-mixstyle'))
    near(t, freqMixStyle(Float32Array.from(patch), Float32Array.from(other), bands, weight), mixed, `${weight}`)
})

testProp('with all weight on its own statistics the patch stays', [patches(), patches()], (t, patch, other) => {
  near(t, freqMixStyle(patch, other, bands, 1), patch)
})

test('the share of the patches that are changed is the probability; each reads another clip, and is left as it was', async t => {
  const from = Float32Array.from({ length: PATCH_SIZE }, (_, at) => Math.sin(at))
  const { bank, asked } = bankOf([melOf(Float32Array.from({ length: 3 * PATCH_SIZE }, (_, at) => Math.cos(at * at)))])
  const run = (probability: number, i: number) =>
    runItem(stage, { probability }, ports, { from, others: bank, rng: draws(`${i}`) }) as Promise<Patch>
  const made = await Promise.all(Array.from({ length: 1000 }, (_, i) => run(0.4, i)))
  const changed = made.filter(patch => patch !== from)
  t.true(Math.abs(changed.length - 400) < 70)
  t.is(asked.length, changed.length)
  t.true(asked.every(({ not }) => not === 'clip'))
  t.true(changed.every(patch => patch.every(Number.isFinite)))
  t.is(await run(0, 1), from)
})
