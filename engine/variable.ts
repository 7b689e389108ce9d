/** A weight as TensorFlow holds it: a resource variable that optimisers update in place, read without copying. */
import { randomUUID } from 'node:crypto'
import type { Engine } from './engine.js'
import { FLOAT32 } from './operations/raw.js'
import type { Tensor, Weight } from './tensor.js'

export class Variable implements Weight {
  /** The resource itself, for kernels that update in place; `release` the value read before they run. */
  readonly handle: Tensor
  #value: Tensor | undefined
  readonly #engine: Engine
  readonly #release = () => {
    this.#value?.dispose()
    this.#value = undefined
    this.#engine.operations.raw.holders.delete(this.#release)
  }

  constructor(
    engine: Engine,
    readonly name: string,
    readonly shape: readonly number[],
    readonly trainable: boolean,
    readonly frozen = false,
  ) {
    const { tf, operations } = engine
    this.#engine = engine
    const attributes = operations.raw.attributes({
      strings: { container: '', shared_name: `${name}-${randomUUID()}` },
      types: { dtype: FLOAT32 },
      shapes: { shape },
    })
    this.handle = tf.keep(operations.raw.one('VarHandleOp', attributes, []))
  }

  read(): Tensor {
    const { tf, operations } = this.#engine
    this.#value ??= tf.keep(operations.raw.one('ReadVariableOp', DTYPE(this.#engine), [this.handle]))
    operations.raw.holders.add(this.#release)
    return this.#value
  }

  assign(value: Tensor): void {
    this.release()
    const { raw } = this.#engine.operations
    const attributes = raw.attributes({ types: { dtype: FLOAT32 }, booleans: { validate_shape: false } })
    raw.none('AssignVariableOp', attributes, [this.handle, value])
    value.dispose()
  }

  /** Takes the value over from an array (row-major, of `shape`); copies it. */
  load(data: Float32Array): void {
    const { tf, operations } = this.#engine
    const aliased = tf.tensor(data, [...this.shape], 'float32')
    // A tensor made from an array may share its memory, which in-place updates would then write to
    this.assign(operations.raw.one('DeepCopy', operations.raw.attributes({ types: { T: FLOAT32 } }), [aliased]))
    aliased.dispose()
  }

  /** Lets go of the value read: while somebody holds it, an update in place has to copy it first. */
  release(): void {
    this.#release()
  }

  dispose(): void {
    this.release()
    const { raw } = this.#engine.operations
    raw.none('DestroyResourceOp', raw.attributes({ booleans: { ignore_lookup_error: true } }), [this.handle])
    this.handle.dispose()
  }
}

const DTYPE = ({ operations }: Engine) => operations.raw.attributes({ types: { dtype: FLOAT32 } })
