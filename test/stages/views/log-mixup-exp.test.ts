import test from 'ava'
import type { Patch } from '../../../stages/values.js'
import logMixupExp from '../../../stages/views/log-mixup-exp.js'
import { bankOf, draws, fixture, largestDifference, melOf, PATCH_SIZE, patchPort, runItem } from './support.js'

const ports = { from: patchPort, backgrounds: { kind: 'logmel', rate: 16000, hop: 160, bands: 8 } as const }

test('agrees with the formula of BYOL-A in PyTorch', async t => {
  type Case = Record<'patch' | 'background' | 'mixed', number[]> & { ratio: number }
  for (const { patch, background, mixed, ratio } of fixture<Case[]>('log-mixup-exp')) {
    const { bank } = bankOf([melOf(Float32Array.from(background))])
    const from = Float32Array.from(patch)
    const given = { ratio: [ratio, ratio] }
    const ours = (await runItem(logMixupExp, given, ports, { from, backgrounds: bank })) as Patch
    t.true(largestDifference(ours, mixed) < 1e-6)
    t.deepEqual(from, Float32Array.from(patch))
  }
})

/** Frame f of 40 holds power f + 1 in every bin. */
const stairs = melOf(Float32Array.from({ length: 40 * patchPort.bands }, (_, i) => Math.log10(1 + Math.floor(i / 8))))

test('one other clip a patch, any place of it, the ratio uniform', async t => {
  const { bank, asked } = bankOf([stairs])
  const starts = new Set<number>()
  const ratios: number[] = []
  for (let item = 0; item < 500; item++) {
    const from = new Float32Array(PATCH_SIZE).fill(-30)
    const given = { from, backgrounds: bank, rng: draws(`clip ${item}`) }
    const patch = (await runItem(logMixupExp, {}, ports, given)) as Patch
    const [first, second] = [10 ** patch[0]!, 10 ** patch[patchPort.bands]!] // ratio (start + 1), ratio (start + 2)
    ratios.push(second - first)
    starts.add(Math.round(first / (second - first)) - 1)
  }
  t.is(asked.length, 500)
  t.deepEqual(asked[0], { count: 1, not: 'clip' })
  t.deepEqual([starts.size, Math.min(...starts), Math.max(...starts)], [29, 0, 28])
  t.true(Math.min(...ratios) >= 0 && Math.max(...ratios) <= 0.4001)
  t.true(Math.abs(ratios.reduce((a, b) => a + b) / 500 - 0.2) < 0.02)
})

test('the two views of a pair meet different places and ratios', async t => {
  const lane = async (name: string) => {
    const given = { from: new Float32Array(PATCH_SIZE), backgrounds: bankOf([stairs]).bank, rng: draws('clip', name) }
    return (await runItem(logMixupExp, {}, ports, given)) as Patch
  }
  t.notDeepEqual(await lane('a'), await lane('b'))
  t.deepEqual(await lane('a'), await lane('a'))
})

test('a ratio of 0 leaves the patch, silence only makes it quieter, a ratio of 1 is refused', async t => {
  const from = Float32Array.from({ length: PATCH_SIZE }, (_, i) => Math.sin(i))
  const { bank } = bankOf([melOf(new Float32Array(PATCH_SIZE).fill(-Infinity))])
  const run = async (ratio: number) =>
    (await runItem(logMixupExp, { ratio: [ratio, ratio] }, ports, { from, backgrounds: bank })) as Patch
  t.is(await run(0), from)
  t.true(
    largestDifference(
      await run(0.5),
      from.map(value => value + Math.log10(0.5)),
    ) < 1e-6,
  )
  await t.throwsAsync(run(1))
})
