import test from 'ava'
import { checkGradient, normal, spaced } from './finite-differences.js'
import { near } from './near.js'
import { engine, tensorOf } from './started.js'

const { tf, operations } = engine

for (const slope of [0.1, -0.5, 1.5]) {
  test(`prelu with slope ${slope}`, t => {
    const inputs = [spaced([3, 2, 4], 'prelu'), { shape: [1], data: Float32Array.of(slope) }]
    checkGradient(t, (x, slope) => operations.prelu(x!, slope!), inputs, { step: 0.02 })
    const y = operations.prelu(tensorOf({ shape: [3], data: [-2, 0, 3] }), tf.tensor1d([slope]))
    near(t, y.dataSync(), [-2 * slope, 0, 3])
  })
}

test('instance norm over time', t => {
  const inputs = [normal([6, 2, 3], 'x'), normal([3], 'gain'), normal([3], 'offset')]
  checkGradient(t, (x, gain, offset) => operations.instanceNorm(x!, gain!, offset!), inputs)
  const normed = operations.instanceNorm(tf.add(tf.mul(tensorOf(inputs[0]!), 7), 3), tf.ones([3]), tf.zeros([3]))
  const { mean, variance } = tf.moments(normed, 0)
  near(t, mean.dataSync(), new Float32Array(6), 'mean', { size: 1 })
  near(t, variance.dataSync(), new Float32Array(6).fill(1), 'variance', { inexact: 1e-3 })
})

for (const { time, taps, dilation } of [
  { time: 7, taps: 3, dilation: 1 },
  { time: 8, taps: 3, dilation: 4 },
  { time: 7, taps: 3, dilation: 3 },
  { time: 5, taps: 5, dilation: 2 },
  { time: 3, taps: 3, dilation: 8 },
]) {
  test(`convolution of ${taps} taps ${dilation} apart over ${time} steps`, t => {
    const [x, filter] = [normal([time, 2, 3], 'x'), normal([taps, 3], 'filter')]
    const expected = new Float32Array(time * 6)
    for (let step = 0; step < time; step += 1)
      for (let tap = 0; tap < taps; tap += 1) {
        const from = step + (tap - (taps - 1) / 2) * dilation
        if (from < 0 || from >= time) continue
        for (let i = 0; i < 6; i += 1)
          expected[step * 6 + i]! += x.data[from * 6 + i]! * filter.data[tap * 3 + (i % 3)]!
      }
    near(t, operations.dilatedConvolution(tensorOf(x), tensorOf(filter), { dilation }).dataSync(), expected)
    checkGradient(t, (x, filter) => operations.dilatedConvolution(x!, filter!, { dilation }), [x, filter])
  })
}
