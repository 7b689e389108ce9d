import type { KernelConfig } from '@tensorflow/tfjs'
import type { Tensor } from '../tensor.js'
import { FLOAT32, INT32, type Raw } from './raw.js'

/**
 * Softmax and AddN are the two operations for which TensorFlow takes one kernel (Eigen's) eagerly and another (oneDNN's)
 * in a function, with other last bits. In their place operations that have one kernel each.
 */
export function sameBitsInFunctions(raw: Raw): void {
  replace(raw, 'Softmax', inputs => softmax(raw, (inputs as unknown as { logits: Tensor }).logits))
  replace(raw, 'AddN', inputs => sum(raw, inputs as unknown as Tensor[]))
}

function replace({ tf }: Raw, kernelName: string, compute: (inputs: object) => Tensor): void {
  tf.unregisterKernel(kernelName, 'tensorflow')
  const kernelFunc = ({ inputs }: { inputs: object }) => compute(inputs)
  tf.registerKernel({ kernelName, backendName: 'tensorflow', kernelFunc } as unknown as KernelConfig)
}

/** Over the last axis. */
function softmax(raw: Raw, logits: Tensor): Tensor {
  const plain = raw.attributes({ types: { T: FLOAT32 } })
  const along = raw.attributes({ types: { T: FLOAT32, Tidx: INT32 }, booleans: { keep_dims: true } })
  const last = raw.constant(-1, INT32)
  const shifted = raw.spent([raw.one('Max', along, [logits, last])], ([largest]) =>
    raw.one('Sub', plain, [logits, largest!]),
  )
  const powers = raw.spent([shifted], ([shifted]) => raw.one('Exp', plain, [shifted!]))
  return raw.spent([powers, raw.one('Sum', along, [powers, last])], inputs => raw.one('RealDiv', plain, inputs))
}

function sum(raw: Raw, [first, ...others]: readonly Tensor[]): Tensor {
  const plain = raw.attributes({ types: { T: raw.typeOf(first!) } })
  const add = (a: Tensor, b: Tensor) => raw.one('AddV2', plain, [a, b])
  const [second, ...rest] = others
  if (!second) return raw.one('Identity', plain, [first!])
  return rest.reduce((found, one) => raw.spent([found], ([found]) => add(found!, one)), add(first!, second))
}
