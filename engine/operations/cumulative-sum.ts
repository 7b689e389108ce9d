import type { GradConfig } from '@tensorflow/tfjs'
import type { Raw } from './raw.js'

/** tfjs turns the axes of its gradient round once more: on any axis but the last it is wrong. In its place the plain one. */
export function cumulativeSumGradient({ tf }: Raw): void {
  tf.unregisterGradient('Cumsum')
  const gradFunc: GradConfig['gradFunc'] = (dy, _, attributes) => {
    const { axis, exclusive, reverse } = attributes as { axis: number; exclusive: boolean; reverse: boolean }
    return { x: () => tf.cumsum(Array.isArray(dy) ? dy[0]! : dy, axis, exclusive, !reverse) }
  }
  tf.registerGradient({ kernelName: 'Cumsum', gradFunc })
}
