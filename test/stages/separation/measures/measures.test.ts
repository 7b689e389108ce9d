import test from 'ava'
import { activeSources, levelsOver } from '../../../../stages/separation/measures/active-sources.js'
import { idealRatioMask } from '../../../../stages/separation/measures/ideal-ratio-mask.js'
import { mixtureImprovement } from '../../../../stages/separation/measures/mixture-improvement.js'
import { singleSourcePreservation, siSdr } from '../../../../stages/separation/measures/si-sdr.js'
import { cases, noise, silence, sum, times } from '../support.js'

const close = (found: number, expected: number, tolerance = 1e-3) => Math.abs(found - expected) < tolerance

test('SI-SDR agrees with torchmetrics', t => {
  for (const { estimate, reference, ratio } of cases.siSdr) {
    const found = siSdr(Float32Array.from(estimate.data), Float32Array.from(reference.data))
    t.true(close(found, ratio, 1e-4), `${found}, expected ${ratio}`)
  }
})

test('SI-SDR hears no level, and says what separation won', t => {
  const [a, b] = [noise('a'), noise('b')]
  const mixture = sum(a, b)
  const estimate = sum(a, times(0.1, b))
  t.true(close(siSdr(times(7, estimate), a), siSdr(estimate, a)))
  t.true(close(siSdr(estimate, a) - siSdr(mixture, a), 20, 1.5))
  t.is(siSdr(silence(), a), Number.NEGATIVE_INFINITY)
  t.true(siSdr(a, a) > 100)
  t.throws(() => siSdr(a, silence()), { instanceOf: RangeError })
  t.throws(() => siSdr(a, noise('b', 5)), { instanceOf: RangeError })
})

test('mixture improvement: nothing for the mixture itself, much for the sources', t => {
  const stems = ['a', 'b', 'c'].map(name => noise(name))
  const [a, b] = [sum(stems[0]!, stems[1]!), stems[2]!]
  const mixture = sum(a, b)
  const exact = mixtureImprovement(stems, a, b)
  t.deepEqual([...exact.assignment], [0, 0, 1])
  t.true(exact.improvement > 100)
  t.true(close(exact.inputs[0], siSdr(mixture, a)))
  const nothing = mixtureImprovement([times(0.5, mixture), times(0.5, mixture)], a, b)
  t.true(close(nothing.improvement, 0))
  const lazy = mixtureImprovement([mixture], a, b)
  t.is(Math.min(...lazy.estimates), -30)
})

test('mixture improvement of more sources than can be tried', t => {
  const stems = Array.from({ length: 12 }, (_, stem) => noise(`${stem}`))
  t.true(mixtureImprovement(stems, sum(...stems.slice(0, 5)), sum(...stems.slice(5))).improvement > 60)
})

test('a single source is found in the channel that is nearest to it', t => {
  const [a, b] = [noise('a'), noise('b')]
  const channels = [b, sum(a, times(0.1, b)), silence()]
  t.is(singleSourcePreservation(channels, a), siSdr(channels[1]!, a))
})

test('channels within 20 dB of the mixture are active', t => {
  const mixture = noise('a')
  const channels = [mixture, times(0.11, mixture), times(0.09, mixture), silence()]
  t.is(activeSources(mixture, channels), 2)
  t.is(activeSources(mixture, channels, 30), 3)
  t.is(activeSources(silence(), channels), 0)
  const levels = levelsOver(mixture, channels)
  t.true(close(levels[0]!, 0) && close(levels[1]!, 20 * Math.log10(0.11)))
  t.is(levels[3], Number.NEGATIVE_INFINITY)
})

test('ideal ratio masks agree with PyTorch', async t => {
  const { stems, window, hop, separated } = cases.ratioMask
  const [count, samples] = stems.shape as [number, number]
  const rows = ({ data }: { data: number[] }) =>
    Array.from({ length: count }, (_, row) => Float32Array.from(data.slice(row * samples, (row + 1) * samples)))
  const found = await idealRatioMask(rows(stems), { window, hop })
  for (const [at, expected] of rows(separated).entries())
    t.true(found[at]!.every((sample, index) => Math.abs(sample - expected[index]!) < 1e-5))
})

test('ideal ratio masks: their sounds add up to the mixture; stems apart in frequency come back', async t => {
  const tone = (pitch: number) => Float32Array.from({ length: 4000 }, (_, at) => Math.sin(2 * Math.PI * pitch * at))
  const tones = [tone(0.05), tone(0.2)]
  const separated = await idealRatioMask(tones, { window: 512, hop: 128 })
  const difference = sum(...separated, times(-1, sum(...tones)))
  t.true(difference.every(sample => Math.abs(sample) < 1e-5))
  for (const [at, tone] of tones.entries()) t.true(siSdr(separated[at]!, tone) > 25)
})
