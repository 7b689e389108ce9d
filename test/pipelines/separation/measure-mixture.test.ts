import test from 'ava'
import { measureMixture, mixtureOfStems } from '../../../pipelines/separation/measure-mixture.js'
import { differences, meanOf } from '../../../pipelines/statistics/intervals.js'
import { siSdr } from '../../../stages/separation/measures/si-sdr.js'
import { fc, testProp } from '../../properties.js'
import { noise, silence, sum, times } from '../../stages/separation/support.js'
import { largestDifference } from '../../stages/views/support.js'

const close = (found: number | undefined, expected: number, tolerance = 1e-3) =>
  found !== undefined && Math.abs(found - expected) < tolerance

const [a, b, c] = ['a', 'b', 'c'].map(name => noise(name, 2000)) as [Float32Array, Float32Array, Float32Array]

test('stems more than 20 dB below the mixture are in it, and not asked for; silent ones are nothing', t => {
  const quiet = times(0.05, c)
  const mixed = mixtureOfStems([a, silence(2000), quiet, b])
  t.true(largestDifference(mixed.mixture, sum(a, quiet, b)) < 1e-6)
  t.true(mixed.stems.length === 2 && mixed.stems[0] === a && mixed.stems[1] === b)
  t.true(mixed.rest.length === 1 && mixed.rest[0] === quiet)
})

test('every stem has a channel of its own, whatever their order', t => {
  const mixed = mixtureOfStems([a, b])
  const channels = [times(0.3, c), sum(b, times(0.1, a)), sum(a, times(0.2, b))]
  const measured = measureMixture(mixed, channels)
  const own = (siSdr(channels[2]!, a) + siSdr(channels[1]!, b)) / 2
  t.true(close(measured.siSdr, own))
  t.true(close(measured.improvement, own - (siSdr(mixed.mixture, a) + siSdr(mixed.mixture, b)) / 2))
  t.is(measured.countError, 1)
  t.is(measured.single, undefined)
})

test('the mixture itself wins nothing, the stems win all that is told', t => {
  const mixed = mixtureOfStems([a, b])
  const lazy = measureMixture(mixed, [times(0.5, mixed.mixture), times(0.5, mixed.mixture)])
  t.true(close(lazy.improvement, 0))
  t.true(close(lazy.momi, 0))
  const exact = measureMixture(mixed, [b, a], [a, silence(2000)])
  t.is(exact.siSdr, 60)
  t.is(exact.single, 60)
  t.is(exact.countError, 0)
})

test('with fewer channels than stems, those left out count as -30 dB', t => {
  const measured = measureMixture(mixtureOfStems([a, b, c]), [a])
  t.true(close(measured.siSdr, (60 - 30 - 30) / 3))
})

test('of three stems the first is one mixture and the others the other', t => {
  const measured = measureMixture(mixtureOfStems([a, b, c]), [a, b, c])
  t.true(measured.momi! > 60)
})

test('a mixture of one stem has no ratio but that of the stem alone', t => {
  t.deepEqual(Object.keys(measureMixture(mixtureOfStems([a]), [a], [a])).sort(), ['countError', 'single'])
})

testProp(
  'an interval holds its mean, is as wide as theory says, and what is not there is left out',
  [fc.integer({ min: 30, max: 200 })],
  (t, count) => {
    const values = [...noise(`values ${count}`, count)]
    const { mean, interval, count: told } = meanOf([...values, undefined])!
    t.is(told, count)
    t.true(interval[0] < mean && mean < interval[1])
    const deviation = Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / count)
    const wide = (2 * 1.96 * deviation) / Math.sqrt(count)
    t.true(Math.abs((interval[1] - interval[0]) / wide - 1) < 0.15)
  },
  { numRuns: 10 },
)

test('differences are mixture by mixture', t => {
  t.deepEqual(differences([3, undefined, 5], [1, 2, undefined]), [2, undefined, undefined])
  t.is(meanOf([undefined]), undefined)
})
