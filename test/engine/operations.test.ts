import test from 'ava'
import { backendOf, FLOAT32 } from '../../engine/compile/backend.js'
import { Recorder } from '../../engine/compile/recorder.js'
import type { Tensor, Weight } from '../../engine/engine.js'
import { checkGradient, normal, spaced } from './finite-differences.js'
import { near } from './near.js'
import { engine, tensorOf } from './started.js'

const { tf, operations } = engine

/** A weight that is one of the inputs under test. */
const weight = (value: Tensor): Weight => ({
  name: 'test',
  shape: value.shape,
  trainable: true,
  read: () => value,
  assign: moved => moved.dispose(),
})
const statistics = (size: number) => ({ mean: weight(tf.zeros([size])), variance: weight(tf.ones([size])) })

test('the gradient of a cumulative sum on every axis, from either end', t => {
  for (const axis of [0, 1, 2])
    for (const [exclusive, reverse] of [
      [false, false],
      [true, true],
    ] as const)
      checkGradient(t, x => engine.tf.cumsum(x!, axis, exclusive, reverse), [normal([2, 3, 3], 'x')])
})

test('the gradients of sums and means, of all numbers and along axes', t => {
  for (const axes of [undefined, 0, [1, 2], -1])
    for (const keep of [false, true]) {
      checkGradient(t, x => tf.sum(x!, axes, keep), [normal([2, 3, 4], 'summed')])
      checkGradient(t, x => tf.mean(x!, axes, keep), [normal([2, 3, 4], 'averaged')])
    }
  t.deepEqual(tf.grad(x => tf.sum(x))(tf.zeros([2, 0])).shape, [2, 0])
  t.is(
    tf
      .grad(x => tf.mean(tf.sum(x)))(tf.scalar(3))
      .dataSync()[0],
    1,
  )
})

test('no numbers are handed over for the gradient of a sum, however many were summed', t => {
  const backend = backendOf(tf)
  const { binding } = backend
  const x = tf.ones([300, 300])
  const recorder = new Recorder(binding, [{ id: backend.getInputTensorIds([x])[0]!, dtype: FLOAT32, shape: x.shape }])
  backend.binding = recorder.binding
  try {
    tf.grad(x => tf.add(tf.sum(x), tf.mean(x)))(x)
  } finally {
    backend.binding = binding
  }
  t.true(recorder.constants.every(({ bytes }) => bytes.length < 100))
})

test("relu and relu6 of tfjs have the kernels' own gradients", t => {
  checkGradient(t, x => tf.relu(x!), [spaced([2, 9], 'relu')], { step: 0.02 })
  checkGradient(t, x => tf.relu6(tf.mul(x!, 4)), [spaced([2, 9], 'relu6')], { step: 0.02 })
})

test('relu', t => {
  checkGradient(t, x => operations.relu(x!), [spaced([2, 9], 'relu')], { step: 0.02 })
})

test('add', t => {
  checkGradient(t, (a, b) => operations.add(a!, b!), [normal([3, 2], 'a'), normal([3, 2], 'b')])
  checkGradient(t, x => operations.add(x!, x!), [normal([3, 2], 'twice')])
})

for (const { size, stride, padding, shape } of [
  { size: 2, stride: 2, padding: 0, shape: [2, 4, 6, 2] },
  { size: 2, stride: 2, padding: 0, shape: [1, 5, 7, 2] },
  { size: 3, stride: 2, padding: 1, shape: [1, 7, 6, 2] },
  { size: [2, 3] as const, stride: [2, 3] as const, padding: 0, shape: [1, 5, 7, 2] },
]) {
  test(`max-pooling ${size}, stride ${stride}, padding ${padding}, of ${shape.join(' x ')}`, t => {
    checkGradient(t, x => operations.maxPool(x!, { size, stride, padding }), [spaced(shape, 'pool')], { step: 0.02 })
  })
}

test('windows may be taller or wider: time comes first', t => {
  t.deepEqual(operations.maxPool(tf.ones([1, 4, 6, 1]), { size: [2, 6], stride: [2, 6] }).shape, [1, 2, 1, 1])
})

test('the first of equal maxima has the gradient, padded or not', t => {
  const x = tf.tensor4d([1, 1, 0, 1, 3, 2, 1, 0, -1, -1, -1, -1], [1, 3, 4, 1])
  const gradient = (padding: number, size: number) =>
    tf.grad(x => operations.maxPool(x, { size, stride: 2, padding }))(x)
  t.deepEqual([...gradient(0, 2).dataSync()], [0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0])
  t.deepEqual([...gradient(1, 3).dataSync()], [0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0])
})

for (const { kernel, stride, padding, shape } of [
  { kernel: 3, stride: 1, padding: 1, shape: [2, 5, 4, 2] },
  { kernel: 3, stride: 2, padding: 1, shape: [1, 6, 5, 2] },
  { kernel: 7, stride: 2, padding: 3, shape: [1, 9, 8, 1] },
  { kernel: 1, stride: 2, padding: 0, shape: [1, 5, 4, 3] },
  // filters much larger than what they are laid on: products of matrices
  { kernel: 3, stride: 1, padding: 1, shape: [1, 3, 3, 8] },
  { kernel: 3, stride: 2, padding: 1, shape: [1, 5, 4, 8] },
]) {
  test(`convolution ${kernel} x ${kernel}, stride ${stride}, of ${shape.join(' x ')}`, t => {
    const filter = normal([kernel, kernel, shape[3]!, 2], 'filter')
    const settings = { stride, padding }
    const of = (x: Tensor, filter: Tensor) => operations.convolution(x, filter, { ...settings, inputGradient: true })
    checkGradient(t, (x, filter) => of(x!, filter!), [normal(shape, 'x'), filter])
    const input = tensorOf(normal(shape, 'x'))
    const alone = (filter?: Tensor) => operations.convolution(input, filter!, { ...settings, inputGradient: false })
    checkGradient(t, alone, [filter])
  })
}

test('convolution pads as PyTorch: the first window begins outside', t => {
  const x = tf.ones([1, 4, 4, 1])
  const y = operations.convolution(x, tf.ones([3, 3, 1, 1]), { stride: 2, padding: 1, inputGradient: true })
  t.deepEqual([...y.dataSync()], [4, 6, 6, 9])
})

test('batch norm', t => {
  const inputs = [normal([3, 2, 2, 2], 'x'), normal([2], 'scale'), normal([2], 'offset')]
  for (const training of [true, false]) {
    checkGradient(
      t,
      (x, scale, offset) =>
        operations.batchNorm(x!, { scale: weight(scale!), offset: weight(offset!), ...statistics(2) }, { training }),
      inputs,
    )
  }
})

test('batch norm moves its running statistics a tenth of the way, the variance unbiased', t => {
  const moved: number[][] = []
  const running = (start: number): Weight => ({
    ...weight(tf.fill([1], start)),
    assign: value => moved.push([...value.dataSync()]),
  })
  const weights = {
    scale: weight(tf.ones([1])),
    offset: weight(tf.zeros([1])),
    mean: running(10),
    variance: running(2),
  }
  operations.batchNorm(tf.tensor4d([1, 2, 3, 6], [4, 1, 1, 1]), weights, { training: true })
  near(t, moved.flat(), [0.9 * 10 + 0.1 * 3, 0.9 * 2 + 0.1 * (14 / 3)])
})

for (const pooling of ['mean', 'max', 'mean-max'] as const) {
  test(`pooling over time and frequency: ${pooling}`, t => {
    checkGradient(t, x => operations.globalPool(x!, pooling), [spaced([2, 3, 2, 2], 'global')], { step: 0.02 })
  })
}

for (const training of [true, false]) {
  test(`convolution block ${training ? 'in training' : 'with running statistics'}`, t => {
    const block = (x: Tensor, filter: Tensor, scale: Tensor, offset: Tensor, inputGradient = true) => {
      const weights = { filter: weight(filter), scale: weight(scale), offset: weight(offset), ...statistics(3) }
      return operations.convolutionBlock(x, weights, { training, inputGradient })
    }
    const inputs = [
      normal([2, 4, 4, 2], 'image'),
      normal([3, 3, 2, 3], 'filter', 0.3),
      normal([3], 'scale'),
      normal([3], 'o'),
    ]
    const options = { step: 5e-4 }
    checkGradient(t, (x, f, s, o) => block(x!, f!, s!, o!), inputs, options)
    const image = tensorOf(inputs[0]!)
    checkGradient(t, (f, s, o) => block(image, f!, s!, o!, false), inputs.slice(1), options)
  })
}

test('what is gathered is refused by TensorFlow itself where there is no such index', t => {
  const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2])
  t.deepEqual([...tf.gather(x, tf.tensor1d([2, 0], 'int32')).dataSync()], [5, 6, 1, 2])
  t.deepEqual([...tf.gather(x, tf.tensor1d([1], 'int32'), 1).dataSync()], [2, 4, 6])
  t.throws(() => tf.gather(x, tf.tensor1d([3], 'int32')), { message: /indices\[0\] = 3 is not in \[0, 3\)/ })
})

test('tidy keeps the tensors that its work gives, wherever they are, and does not look at numbers', t => {
  const numbers = Object.defineProperty(new Float32Array(2), 'visited', {
    enumerable: true,
    get: () => t.fail('numbers were gone through'),
  })
  const before = tf.memory().numTensors
  const { inner } = tf.tidy(() => ({ inner: [tf.ones([2]), tf.add(1, 2)] as const, numbers }))
  t.is(tf.memory().numTensors, before + 2)
  t.deepEqual([...inner[0].dataSync()], [1, 1])
  tf.dispose([...inner])
})
