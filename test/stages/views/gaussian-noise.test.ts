import test from 'ava'
import type { Patch } from '../../../stages/values.js'
import gaussianNoise, { noisy } from '../../../stages/views/gaussian-noise.js'
import { draws, largestDifference, patchPort, runItem } from './support.js'

const spread = (values: Float32Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) }
}

test('the noise has mean 0 and the given deviation, around each value of the patch', t => {
  const patch = new Float32Array(50_000).fill(-3)
  const { mean, deviation } = spread(noisy(patch, 0.2, draws()('noise')))
  t.true(Math.abs(mean + 3) < 0.003)
  t.true(Math.abs(deviation - 0.2) < 0.002)
})

test('a deviation of 0 leaves the patch', t => {
  const patch = Float32Array.from([1, -2, 3])
  t.deepEqual(noisy(patch, 0, draws()('noise')), patch)
})

test('the deviation is drawn a patch, uniformly in its range', t => {
  const levels = Array.from({ length: 400 }, (_, i) => {
    const item = { from: new Float32Array(2000), rng: draws(`clip ${i}`) }
    return spread(runItem(gaussianNoise, { deviation: [0.1, 0.3] }, { from: patchPort }, item) as Patch).deviation
  })
  t.true(Math.min(...levels) > 0.09 && Math.max(...levels) < 0.32)
  t.true(Math.abs(spread(Float32Array.from(levels)).mean - 0.2) < 0.01)
  t.true(Math.abs(spread(Float32Array.from(levels)).deviation - 0.2 / Math.sqrt(12)) < 0.006)
})

test('lanes get different noise', t => {
  const lane = (name: string) =>
    runItem(gaussianNoise, {}, { from: patchPort }, { from: new Float32Array(96), rng: draws('clip', name) }) as Patch
  t.true(largestDifference(lane('a'), lane('b')) > 0)
})
