/**
 * TensorFlow's own kernels by name, below tfjs: over a thousand of them, among them the fused ones that tfjs does not
 * use. Nothing here is on the gradient tape; `gradients` of the operations beside this file put it there.
 */
import { readFileSync } from 'node:fs'
import type * as tfjs from '@tensorflow/tfjs'
import { type Attribute, BFLOAT16, BOOL, backendOf, FLOAT32, INT32, wrapped } from '../compile/backend.js'
import { cpuFeatures } from '../install/machine.js'
import type { Precision, Tensor } from '../tensor.js'

export { type Attribute, BOOL, FLOAT32, INT32 }

/** Names and values of attributes, to be turned into TensorFlow's form once and used at every call. */
export interface Attributes {
  types?: Record<string, number>
  integers?: Record<string, number | readonly number[]>
  floats?: Record<string, number>
  booleans?: Record<string, boolean>
  strings?: Record<string, string>
  shapes?: Record<string, readonly number[]>
}

export interface Raw {
  readonly tf: typeof tfjs
  attributes(of: Attributes): readonly Attribute[]
  /** Attributes that depend on the type of a tensor, made once for each type. */
  byType(make: (type: number) => Attributes): (tensor: Tensor) => readonly Attribute[]
  /** Whether kernels may be called that oneDNN alone has, for numbers of a type: on CPUs, unless the user forbids it. */
  hasOneDnn(type: number): boolean
  /** FLOAT32, BFLOAT16, INT32, ... */
  typeOf(tensor: Tensor): number
  /**
   * Runs a kernel and gives its outputs. A bfloat16 output calls itself float32 towards tfjs: hand it to raw kernels
   * only, or `toFloat` it first.
   */
  run(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[], outputs?: number): Tensor[]
  /** `run` of a kernel with one output. */
  one(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor
  /** `run` of a kernel without output. */
  none(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): void
  /** A small int32 vector that lives as long as the engine (shapes, axes). */
  shape(of: readonly number[]): Tensor
  /** The same as a matrix of `columns` columns, filled row by row (paddings). */
  matrix(of: readonly number[], columns: number): Tensor
  /** A scalar that lives as long as the engine. */
  constant(value: number, type: number): Tensor
  /** Runs `work` on tensors that nobody needs afterwards, and disposes them: large ones should not wait for the tape. */
  spent(tensors: readonly Tensor[], work: (tensors: readonly Tensor[]) => Tensor): Tensor
  /** The tensor in the type in which activations travel at this precision; itself if it is already. */
  toActivation(of: Tensor): Tensor
  /** The tensor in another type; itself if it is already. */
  cast(of: Tensor, type: number): Tensor
  /** Those who hold values of variables that they have read, and how each lets go of its own. */
  readonly holders: Set<() => void>
  /** All of them let go: variables are about to change without their knowing. */
  letGo(): void
}

export function rawOperations(tf: typeof tfjs, precision: Precision): Raw {
  const backend = backendOf(tf)
  const { binding } = backend
  const holders = new Set<() => void>()
  const oneDnn = process.env.TF_ENABLE_ONEDNN_OPTS !== '0' && !backend.isUsingGpuDevice
  const wide = cpuFeatures(readFileSync('/proc/cpuinfo', 'utf8')).includes('avx512f')
  const activation = precision === 'bfloat16' ? BFLOAT16 : FLOAT32
  const constants = new Map<string, Tensor>()
  const constant = (key: string, make: () => Tensor) => {
    const known = constants.get(key) ?? tf.keep(tf.tidy(make))
    constants.set(key, known)
    return known
  }

  const run: Raw['run'] = (name, attributes, inputs, outputs = 1) =>
    // not `binding`: a recorder may have taken its place
    backend.binding
      .executeOp(name, attributes, backend.getInputTensorIds(inputs), outputs)
      .map(found => wrapped(tf, found))

  const raw: Raw = {
    tf,
    holders,
    letGo: () => {
      for (const release of holders) release()
    },
    attributes: of => [
      ...listed(of.types, binding.TF_ATTR_TYPE),
      ...listed(of.integers, binding.TF_ATTR_INT),
      ...listed(of.floats, binding.TF_ATTR_FLOAT),
      ...listed(of.booleans, binding.TF_ATTR_BOOL),
      ...listed(of.strings, binding.TF_ATTR_STRING),
      ...listed(of.shapes, binding.TF_ATTR_SHAPE),
    ],
    byType: make => {
      const known = new Map<number, readonly Attribute[]>()
      return tensor => {
        const type = raw.typeOf(tensor)
        const attributes = known.get(type) ?? raw.attributes(make(type))
        known.set(type, attributes)
        return attributes
      }
    },
    hasOneDnn: type => oneDnn && (type === FLOAT32 || wide),
    typeOf: ({ dataId }) => backend.tensorMap.get(dataId).dtype,
    run,
    one: (name, attributes, inputs) => run(name, attributes, inputs)[0]!,
    none: (name, attributes, inputs) => void run(name, attributes, inputs, 0),
    shape: of => constant(`shape ${of.join()}`, () => tf.tensor1d([...of], 'int32')),
    matrix: (of, columns) =>
      constant(`matrix ${columns} ${of.join()}`, () => tf.tensor2d([...of], [of.length / columns, columns], 'int32')),
    constant: (value, type) => constant(`scalar ${type} ${value}`, () => raw.cast(tf.scalar(value), type)),
    spent: (tensors, work) => {
      const result = work(tensors)
      for (const tensor of tensors) tensor.dispose()
      return result
    },
    toActivation: of => raw.cast(of, activation),
    cast: (of, DstT) => {
      const SrcT = raw.typeOf(of)
      if (SrcT === DstT) return of
      return raw.one('Cast', raw.attributes({ types: { SrcT, DstT }, booleans: { Truncate: false } }), [of])
    },
  }
  return raw
}

function listed(of: Record<string, unknown> | undefined, type: number): Attribute[] {
  return Object.entries(of ?? {}).map(([name, value]) => ({ name, type, value }))
}
