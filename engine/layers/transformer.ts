import type { Operations } from '../operations/operations.js'
import type { Scope, Tensor } from '../tensor.js'
import { type Block, type BlockSettings, layerNorm } from './block.js'
import { dense } from './dense.js'
import { stateSpace } from './state-space.js'

export interface TransformerSettings extends BlockSettings {
  /** Blocks. */
  depth: number
  /** How tokens hear of one another; attention if absent. */
  body?: 'attention' | 'scan' | undefined
}

/**
 * Blocks of a vision transformer (Dosovitskiy et al., ICLR 2021, equations 2 to 4), [batch, tokens, width], float32: layer
 * norm and attention, layer norm and two dense layers with GELU of four times the width between, each added to what came
 * in; a layer norm at the end. As torch.nn.TransformerEncoder with `norm_first` and exact GELU, its weights transposed. With a
 * body of scans they are blocks of a bidirectional Mamba.
 */
export function transformer(operations: Operations) {
  const { tf } = operations.raw
  const bodies = { attention: attentive(operations), scan: stateSpace(operations) }
  return (scope: Scope, { width, depth, heads, body = 'attention' }: TransformerSettings) => {
    const blocks = Array.from({ length: depth }, (_, at) => bodies[body](scope.within(`block${at}`), { width, heads }))
    const norm = layerNorm(operations, scope.within('norm'), width)
    return (x: Tensor, layer?: (name: string, value: Tensor) => void): Tensor => {
      const { shape } = x
      const rows = blocks.reduce(
        (rows, block, at) => {
          const value = block(rows, shape[0]!)
          layer?.(`block${at}`, tf.reshape(value, shape))
          return value
        },
        tf.reshape(x, [-1, width]),
      )
      return tf.reshape(norm(rows), shape)
    }
  }
}

function attentive(operations: Operations): Block {
  const { tf } = operations.raw
  const linear = dense(operations.raw, operations.product)
  return (scope, { width, heads }) => {
    const first = layerNorm(operations, scope.within('norm1'), width)
    const input = linear(scope.within('input'), { in: width, out: 3 * width })
    const output = linear(scope.within('output'), { in: width, out: width })
    const second = layerNorm(operations, scope.within('norm2'), width)
    const wide = linear(scope.within('wide'), { in: width, out: 4 * width })
    const narrow = linear(scope.within('narrow'), { in: 4 * width, out: width })
    return (rows, batch) => {
      const asked = tf.reshape(input(first(rows)), [batch, -1, 3 * width])
      const heard = tf.reshape(operations.attention(asked, heads), [-1, width])
      const between = tf.add(rows, output(heard))
      return tf.add(between, narrow(operations.gelu(wide(second(between)))))
    }
  }
}
