/** Gradients of tfjs that are wrong or wasteful, and ours in their place. None of them has a gradient of its own. */
import type { NamedAttrMap, Tensor } from '@tensorflow/tfjs'
import { FLOAT32, INT32, type Raw } from './raw.js'

export function mendGradients(raw: Raw): void {
  cumulativeSum(raw)
  sumAndMean(raw)
  rectified(raw)
}

type Gradient = (dy: Tensor, saved: readonly Tensor[], attributes: NamedAttrMap) => Tensor

function instead({ tf }: Raw, kernelName: string, inputsToSave: string[], gradient: Gradient): void {
  tf.unregisterGradient(kernelName)
  tf.registerGradient({
    kernelName,
    inputsToSave,
    gradFunc: (dy, saved, attributes) => ({ x: () => gradient(Array.isArray(dy) ? dy[0]! : dy, saved, attributes) }),
  })
}

/** Theirs turns the axes round once more: on any but the last it is wrong. */
function cumulativeSum(raw: Raw): void {
  instead(raw, 'Cumsum', [], (dy, _, attributes) => {
    const { axis, exclusive, reverse } = attributes as { axis: number; exclusive: boolean; reverse: boolean }
    return raw.tf.cumsum(dy, axis, exclusive, !reverse)
  })
}

/** Theirs multiply by as many ones as were summed, made in JavaScript and handed over: many times slower, and in memory twice. */
function sumAndMean(raw: Raw): void {
  const { tf } = raw
  const types = raw.attributes({ types: { T: FLOAT32, Tidx: INT32 } })
  const spread = (dy: Tensor, { shape }: Tensor, { axis }: NamedAttrMap) => {
    const axes = new Set(tf.util.parseAxisParam(axis as number[], shape))
    const kept = tf.reshape(
      dy,
      shape.map((side, at) => (axes.has(at) ? 1 : side)),
    )
    return raw.one('BroadcastTo', types, [kept, tf.tensor1d(shape, 'int32')])
  }
  instead(raw, 'Sum', ['x'], (dy, [x], attributes) => spread(dy, x!, attributes))
  instead(raw, 'Mean', ['x'], (dy, [x], attributes) => spread(tf.div(dy, x!.size / dy.size), x!, attributes))
}

/** Theirs ask in five steps where x is above 0. */
function rectified(raw: Raw): void {
  const type = raw.attributes({ types: { T: FLOAT32 } })
  instead(raw, 'Relu', ['x'], (dy, [x]) => raw.one('ReluGrad', type, [dy, x!]))
  instead(raw, 'Relu6', ['x'], (dy, [x]) => raw.one('Relu6Grad', type, [dy, x!]))
}
