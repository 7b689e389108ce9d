import test from 'ava'
import { inputScale, Neighbourhoods } from '../../../../pipelines/exchange/import/input-scale.js'
import { normal } from '../../../engine/finite-differences.js'
import { near } from '../../../engine/near.js'
import { engine } from '../../../engine/started.js'
import { fc, testProp } from '../../../properties.js'

const { tf } = engine
const patches = (count: number, frames: number, bands: number) =>
  Array.from({ length: count }, (_, index) => normal([frames, bands], `patch ${index}`).data)

/** Variances of a convolution with zeros outside, a channel each, over all patches. */
function convolved(all: readonly Float32Array[], frames: number, bands: number, filters: Float32Array, side: number) {
  return tf.tidy(() => {
    const x = tf.tensor4d(Float32Array.from(all.flatMap(patch => [...patch])), [all.length, frames, bands, 1])
    const y = tf.conv2d(x, tf.tensor4d(filters, [side, side, 1, filters.length / side ** 2]), 1, 'same')
    return tf.moments(y, [0, 1, 2]).variance.dataSync().slice() as Float32Array
  })
}

for (const side of [3, 5])
  test(`the variance of a ${side} x ${side} filter is that of its convolution`, t => {
    const all = patches(3, 11, 7).map(patch => patch.map(value => value + 0.4))
    const seen = new Neighbourhoods(side)
    for (const patch of all) seen.add(patch, 7)
    const filters = normal([side, side, 1, 4], 'filters').data
    const expected = convolved(all, 11, 7, filters, side)
    const found = Array.from(expected, (_, channel) =>
      seen.variance(Float32Array.from({ length: side ** 2 }, (_, at) => filters[at * 4 + channel]!)),
    )
    near(t, found, expected)
  })

testProp('the scale is found that the inputs had', [fc.double({ min: 0.01, max: 1e5, noNaN: true })], (t, scale) => {
  const all = patches(2, 9, 8)
  const filters = normal([3, 3, 1, 5], 'filters').data
  const variances = convolved(all, 9, 8, filters, 3).map(variance => variance * scale ** 2)
  const seen = new Neighbourhoods(3)
  for (const patch of all) seen.add(patch, 8)
  const found = inputScale(filters, Float32Array.from(variances), seen)
  near(t, [found.scale, ...found.quartiles], [scale, scale, scale], 'scale', { roundings: 1e6 })
})

test('a channel that is off says nothing', t => {
  const seen = new Neighbourhoods(1)
  seen.add(Float32Array.of(1, -1), 2)
  t.is(inputScale(Float32Array.of(0, 1, 1), Float32Array.of(0, 4, 4), seen).scale, 2)
  t.throws(() => inputScale(Float32Array.of(0), Float32Array.of(0), seen), { instanceOf: RangeError })
})
