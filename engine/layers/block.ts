/** What the blocks of an encoder of tokens have in common. */
import type { Operations } from '../operations/operations.js'
import type { Scope, Tensor } from '../tensor.js'
import { ones, zeros } from './initial.js'

/** A block with its weights in `scope`: rows [batch x tokens, width] to the same, float32. */
export type Block = (scope: Scope, settings: BlockSettings) => (rows: Tensor, batch: number) => Tensor

export interface BlockSettings {
  /** Numbers of a token; a multiple of the heads. */
  width: number
  heads: number
}

/** Layer norm of rows [rows, width] with a gain and an offset of its own. */
export function layerNorm(operations: Operations, scope: Scope, width: number): (rows: Tensor) => Tensor {
  const scale = scope.weight('scale', [width], ones)
  const offset = scope.weight('offset', [width], zeros)
  return rows => operations.layerNorm(rows, scale.read(), offset.read())
}
