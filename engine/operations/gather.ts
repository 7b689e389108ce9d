import type { KernelConfig } from '@tensorflow/tfjs'
import type { Tensor } from '../tensor.js'
import { INT32, type Raw } from './raw.js'

/**
 * tfjs-node reads every index to see whether it is one, before TensorFlow looks itself: a wait for the device, and
 * nothing that a recorded step may do. In its place the kernel alone.
 */
export function gatherUnread(raw: Raw): void {
  const { tf } = raw
  tf.unregisterKernel('GatherV2', 'tensorflow')
  tf.registerKernel({
    kernelName: 'GatherV2',
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => {
      const [x, indices] = [inputs.x as Tensor, inputs.indices as Tensor]
      const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number }
      const attributes = raw.attributes({
        types: { Tparams: raw.typeOf(x), Tindices: raw.typeOf(indices), Taxis: INT32 },
        integers: { batch_dims: batchDims },
      })
      return raw.one('GatherV2', attributes, [x, indices, raw.constant(axis, INT32)])
    },
  } as KernelConfig)
}
