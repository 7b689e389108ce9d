/** tfjs-node from below: its backend, and the addon that everything goes through. */
import type * as tfjs from '@tensorflow/tfjs'
import type { Tensor } from '../tensor.js'

/** Numbers of TensorFlow's `DataType`. */
export const FLOAT32 = 1
export const FLOAT64 = 2
export const INT32 = 3
export const BOOL = 10
export const BFLOAT16 = 14
export const RESOURCE = 20

export interface Attribute {
  name: string
  type: number
  value: unknown
}

/** What an operation gave. */
export interface Metadata {
  id: number
  dtype: number
  shape: number[]
}

/** The addon. Tensors are known by numbers that are never used again. */
export type Binding = {
  executeOp(name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): Metadata[]
  createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView | readonly Uint8Array[]): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): ArrayBufferView
  /** Absent from an addon that an earlier version has built. */
  addFunction?(name: string, graph: Uint8Array, inputs: readonly string[], outputs: readonly string[]): void
  removeFunction(name: string): void
  /** A serialized OpDef. */
  operationDefinition(name: string): Uint8Array
} & Record<`TF_ATTR_${'STRING' | 'INT' | 'FLOAT' | 'BOOL' | 'TYPE' | 'SHAPE'}`, number>

export interface Backend {
  binding: Binding
  isUsingGpuDevice: boolean
  tensorMap: { set(id: object, info: object): void; get(id: object): { dtype: number } }
  /** Tensors that are still numbers of JavaScript are handed to TensorFlow by it. */
  getInputTensorIds(tensors: readonly Tensor[]): number[]
}

export const backendOf = (tf: typeof tfjs) => tf.backend() as unknown as Backend

/** An output as a tensor of tfjs; types that it does not know call themselves float32. */
export function wrapped(tf: typeof tfjs, { id, dtype, shape }: Metadata): Tensor {
  const dataId = {}
  backendOf(tf).tensorMap.set(dataId, { shape, dtype, id, values: null, refCount: 1 })
  const known = dtype === INT32 ? 'int32' : dtype === BOOL ? 'bool' : 'float32'
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: known })
}
