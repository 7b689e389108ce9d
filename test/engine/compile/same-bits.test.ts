/** TensorFlow chooses kernels eagerly and for functions by different tables: what we use has to come to the same bits. */
import type { Scalar, Tensor4D } from '@tensorflow/tfjs'
import test from 'ava'
import { compiled } from '../../../engine/compile/compiled.js'
import type { Tensor } from '../../../engine/engine.js'
import { engine } from '../started.js'

const { tf, operations } = engine

const image = tf.randomNormal([4, 20, 18, 16], 0, 1, 'float32', 3)
const rows = tf.randomNormal([64, 128], 0, 1, 'float32', 4)
const row = tf.randomNormal([777], 0, 1, 'float32', 5)
const positive = (of: (x: Tensor) => Tensor) => (x: Tensor) => of(tf.abs(x))
const filter = tf.randomNormal([3, 3, 16, 8], 0, 1, 'float32', 6)
const taps = tf.randomNormal([3, 3, 16], 0, 1, 'float32', 7)

/** Of any shape. */
const anywhere: Record<string, (x: Tensor) => Tensor> = {
  ...{ tanh: tf.tanh, sigmoid: tf.sigmoid, elu: tf.elu, selu: tf.selu, exp: tf.exp, softplus: tf.softplus },
  ...{ erf: tf.erf, square: tf.square, relu6: tf.relu6, softmax: tf.softmax, logSoftmax: tf.logSoftmax },
  log: positive(tf.log),
  log1p: positive(tf.log1p),
  sqrt: positive(tf.sqrt),
  rsqrt: positive(tf.rsqrt),
  power: positive(x => tf.pow(x, 1.7)),
  'leaky ReLU': x => tf.leakyRelu(x, 0.3),
  mean: x => tf.mean(x, 0),
  sum: x => tf.sum(x),
  maximum: x => tf.max(x, -1),
  norm: x => tf.norm(x),
  logSumExp: x => tf.logSumExp(x, -1),
  variance: x => tf.moments(x, 0).variance,
  quotient: x => tf.div(x, 3),
  'squared difference': x => tf.squaredDifference(x, 0.3),
  'sum of several': x => tf.addN([x, tf.mul(x, 0.3), tf.square(x), tf.mul(x, 0.7)]),
}
/** Of images. */
const images: Record<string, (x: Tensor) => Tensor> = {
  product: x => tf.matMul(tf.reshape(x, [80, 288]), tf.reshape(x, [80, 288]), false, true),
  'batch of products': x => tf.matMul(tf.reshape(x, [4, 20, 288]), tf.reshape(x, [4, 20, 288]), false, true),
  convolution: x => operations.convolution(x, filter, { stride: 1, padding: 1, inputGradient: true }),
  'convolution, stride 2': x => operations.convolution(x, filter, { stride: 2, padding: 1, inputGradient: true }),
  depthwise: x => operations.depthwise(x, taps, { stride: 2, padding: 'same', filterGradient: false }),
  'average pooling': x => tf.avgPool(x as Tensor4D, 2, 2, 'valid'),
  'maximum pooling': x => operations.maxPool(x, { size: 3, stride: 2, padding: 1 }),
  halving: x => operations.maxPool(x, { size: 2, stride: 2 }),
  'global pooling': x => operations.globalPool(x, 'mean-max'),
  'sliding maximum': x => operations.slidingMax(x, { size: 3, padding: 'reflect' }),
  polyphase: x => operations.polyphase(x),
  scan: x => {
    const [entering, decay, enters, reads] = tf.split(tf.reshape(x, [4, 360, 16]), [6, 2, 4, 4], 2) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ]
    return operations.scan({ x: entering, decay: tf.neg(tf.abs(decay)), enters, reads })
  },
}

const inputs = [image, rows, row]
const all = [
  ...Object.entries(anywhere).flatMap(([name, of]) => inputs.map(x => ({ name: `${name} of [${x.shape}]`, of, x }))),
  ...Object.entries(images).map(([name, of]) => ({ name, of, x: image })),
]
const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength)

/** What `work` gives of x as ever, and as a function. */
function both(x: Tensor, work: (x: Tensor) => Tensor): Buffer[] {
  return (['off', 'function'] as const).map(how => {
    const call = compiled(engine, ([x]) => tf.tidy(() => [work(x!)]), { how })
    const outputs = Array.from({ length: 4 }, () => call([x])[0]!)
    const found = bytes(outputs.at(-1)!.dataSync())
    tf.dispose(outputs)
    call.dispose()
    return found
  })
}

test('every operation has the same bits as ever and in a function, and so has its gradient', t => {
  const differ = all.flatMap(({ name, of, x }) => {
    const loss = (x: Tensor) => tf.sum(tf.mul(of(x), 0.7)) as Scalar
    const [value, inFunction] = both(x, of)
    const [gradient, ofFunction] = both(x, x => tf.grad(loss)(x))
    return [
      ...(value!.equals(inFunction!) ? [] : [name]),
      ...(gradient!.equals(ofFunction!) ? [] : [`gradient of ${name}`]),
    ]
  })
  t.deepEqual(differ, [])
})
