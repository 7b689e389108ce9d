/**
 * A forward pass as a TensorFlow.js graph model: TensorFlow's GraphDef as JSON, and the constants in one binary file.
 * `tf.loadGraphModel` reads it in a browser and in Node. Images lie [batch, height, width, channels] there.
 */
import type { StoredTensor } from '../../../engine/weights.js'
import {
  type Arithmetic,
  type Elementwise,
  type Graph,
  type LogMel,
  NO_PADDING,
  reduced,
  type Sides,
  type Value,
  type Windows,
  windowed,
} from './graph.js'

const ELEMENTWISE: Record<Elementwise, string> = { relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh' }
const ARITHMETIC: Record<Arithmetic, string> = { add: 'AddV2', multiply: 'Mul', subtract: 'Sub' }

type Attribute = Record<string, unknown>

interface Constant {
  name: string
  shape: readonly number[]
  dtype: 'float32' | 'int32'
  bytes: Uint8Array
}

const SHARD = 'weights.bin'

export class TensorflowGraph implements Graph {
  readonly #nodes: object[] = []
  readonly #constants: Constant[] = []

  /** @param samples of one example */
  constructor(private readonly samples: number) {
    this.#nodes.push({ name: 'waveform', op: 'Placeholder', attr: { dtype: FLOAT, shape: shape([-1, samples]) } })
  }

  /** In float32, which is all that it has: frames and their Fourier transform are one convolution. */
  logMel({ window, hop, frames, parts, bands, spectrum, bank, floor, factor, shift }: LogMel): Value {
    const sound = this.#reshaped('waveform', [1, this.samples, 1])
    const taps = { shape: [1, window, 1, parts], data: Float32Array.from(spectrum) }
    const spectra = this.convolution(sound, taps, undefined, { stride: [1, hop], padding: NO_PADDING })
    const power = { name: this.#node('Square', [spectra.name], plain), shape: spectra.shape }
    const sums = { shape: [1, 1, parts, bands], data: Float32Array.from(bank) }
    const floors = new Float32Array(bands).fill(floor)
    const summed = this.convolution(power, sums, floors, { stride: [1, 1], padding: NO_PADDING })
    const natural = { name: this.#node('Log', [summed.name], plain), shape: summed.shape }
    return this.#reshaped(this.affine(natural, factor, shift).name, [frames, bands, 1])
  }

  convolution(x: Value, filter: StoredTensor, bias: Float32Array | undefined, windows: Windows): Value {
    const [height, width, , out] = filter.shape as [number, number, number, number]
    const size = [height, width] as const
    const { input, attributes } = this.#sliding(x, size, windows)
    const convolved = this.#node('Conv2D', [input, this.#constant(filter)], { ...attributes, ...plain })
    const name = bias ? this.#node('AddV2', [convolved, this.#vector(bias)], plain) : convolved
    return { name, shape: [...windowed(x.shape, size, windows), out] }
  }

  depthwise(x: Value, { shape, data }: StoredTensor, windows: Windows): Value {
    const [height, width, channels] = shape as [number, number, number]
    const size = [height, width] as const
    const { input, attributes } = this.#sliding(x, size, windows)
    const taps = this.#constant({ shape: [...shape, 1], data })
    const name = this.#node('DepthwiseConv2dNative', [input, taps], { ...attributes, ...plain })
    return { name, shape: [...windowed(x.shape, size, windows), channels] }
  }

  maxPool(x: Value, size: Sides, windows: Windows): Value {
    const { input, attributes } = this.#sliding(x, size, windows)
    const name = this.#node('MaxPool', [input], { ...attributes, ...plain, ksize: integers([1, ...size, 1]) })
    return { name, shape: [...windowed(x.shape, size, windows), x.shape[2]!] }
  }

  elementwise({ name, shape }: Value, operation: Elementwise): Value {
    return { name: this.#node(ELEMENTWISE[operation], [name], plain), shape }
  }

  affine({ name, shape }: Value, factor: number, shift: number): Value {
    const scaled = this.#node('Mul', [name, this.#scalar(factor)], plain)
    return { name: this.#node('AddV2', [scaled, this.#scalar(shift)], plain), shape }
  }

  arithmetic(operation: Arithmetic, a: Value, b: Value): Value {
    return { name: this.#node(ARITHMETIC[operation], [a.name, b.name], plain), shape: a.shape }
  }

  reduce(x: Value, operation: 'mean' | 'max', axes: readonly ('height' | 'width')[]): Value {
    const places = this.#whole(axes.map(axis => AXES[axis]))
    const attributes = { ...plain, Tidx: INT, keep_dims: { b: false } }
    const name = this.#node(operation === 'mean' ? 'Mean' : 'Max', [x.name, places], attributes)
    return { name, shape: reduced(x.shape, axes) }
  }

  rows(x: Value): Value[] {
    const [height, width, channels] = x.shape as [number, number, number]
    return Array.from({ length: height }, (_, row) =>
      this.#reshaped(this.#cut(x, [row, 0, 0], [1, width, channels]), [width * channels]),
    )
  }

  flat({ name, shape }: Value): Value {
    const size = shape.reduce((product, side) => product * side, 1)
    return this.#reshaped(name, [size])
  }

  dense(x: Value, weight: StoredTensor, bias: Float32Array): Value {
    const attributes = { ...plain, transpose_a: { b: false }, transpose_b: { b: false } }
    const product = this.#node('MatMul', [x.name, this.#constant(weight)], attributes)
    return { name: this.#node('AddV2', [product, this.#vector(bias)], plain), shape: [weight.shape[1]!] }
  }

  concat(vectors: readonly Value[]): Value {
    const inputs = [...vectors.map(({ name }) => name), this.#constantOf(Int32Array.of(1), [])]
    const name = this.#node('ConcatV2', inputs, { ...plain, Tidx: INT, N: { i: String(vectors.length) } })
    return { name, shape: [vectors.reduce((sum, { shape }) => sum + shape[0]!, 0)] }
  }

  slice(x: Value, start: number, count: number): Value {
    return { name: this.#cut(x, [start], [count]), shape: [count] }
  }

  /** `model.json` and `weights.bin`: `waveform` [n, samples] in, each of the outputs [n, size] by its name. */
  encoded(outputs: Record<string, Value>, metadata: Record<string, string>): { model: object; weights: Uint8Array } {
    for (const [name, { name: from }] of Object.entries(outputs)) this.#node('Identity', [from], plain, name)
    const weights = Buffer.concat(this.#constants.map(({ bytes }) => bytes))
    const signature = (name: string, size: number) =>
      [name, { name, dtype: 'DT_FLOAT', tensorShape: shape([-1, size]).shape }] as const
    const given = Object.entries(outputs).map(([name, { shape }]) => signature(name, shape[0]!))
    const model = {
      format: 'graph-model',
      generatedBy: 'earshot',
      convertedBy: null,
      userDefinedMetadata: metadata,
      signature: {
        inputs: Object.fromEntries([signature('waveform', this.samples)]),
        outputs: Object.fromEntries(given),
      },
      modelTopology: { node: this.#nodes, library: {}, versions: { producer: 1882 } },
      weightsManifest: [
        { paths: [SHARD], weights: this.#constants.map(({ name, shape, dtype }) => ({ name, shape, dtype })) },
      ],
    }
    return { model, weights }
  }

  /** @returns the name of what it gives */
  #node(op: string, input: readonly string[], attr: Attribute, output?: string): string {
    const name = output ?? `${op.toLowerCase()}${this.#nodes.length}`
    this.#nodes.push({ name, op, input, attr })
    return name
  }

  #reshaped(name: string, sides: readonly number[]): Value {
    return {
      name: this.#node('Reshape', [name, this.#whole([-1, ...sides])], { ...plain, Tshape: INT }),
      shape: sides,
    }
  }

  #cut(x: Value, starts: readonly number[], counts: readonly number[]): string {
    const places = [this.#whole([0, ...starts]), this.#whole([-1, ...counts])]
    return this.#node('Slice', [x.name, ...places], { ...plain, Index: INT })
  }

  /** TensorFlow knows `SAME` and `VALID`: what is neither gets its zeros before. */
  #sliding(x: Value, size: Sides, { stride, padding }: Windows): { input: string; attributes: Attribute } {
    const { top, bottom, left, right } = padding
    const strides = integers([1, ...stride, 1])
    const rest = { strides, dilations: integers([1, 1, 1, 1]), data_format: text('NHWC') }
    const none = top + bottom + left + right === 0
    const centred = top === bottom && left === right && size[0] === 2 * top + 1 && size[1] === 2 * left + 1
    if (none || (centred && stride[0] === 1 && stride[1] === 1)) {
      return { input: x.name, attributes: { ...rest, padding: text(none ? 'VALID' : 'SAME') } }
    }
    const around = this.#constantOf(Int32Array.of(0, 0, top, bottom, left, right, 0, 0), [4, 2])
    const input = this.#node('Pad', [x.name, around], { ...plain, Tpaddings: INT })
    return { input, attributes: { ...rest, padding: text('VALID') } }
  }

  #constant({ data, shape }: StoredTensor): string {
    return this.#constantOf(data, shape)
  }

  #vector(data: Float32Array): string {
    return this.#constantOf(data, [data.length])
  }

  #scalar(value: number): string {
    return this.#constantOf(Float32Array.of(value), [])
  }

  #whole(numbers: readonly number[]): string {
    return this.#constantOf(Int32Array.from(numbers), [numbers.length])
  }

  #constantOf(data: Float32Array | Int32Array, sides: readonly number[]): string {
    const name = `constant${this.#constants.length}`
    const float = data instanceof Float32Array
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    this.#constants.push({ name, shape: sides, dtype: float ? 'float32' : 'int32', bytes })
    const dtype = float ? FLOAT : INT
    const value = { tensor: { dtype: dtype.type, tensorShape: shape(sides).shape } }
    this.#nodes.push({ name, op: 'Const', attr: { dtype, value } })
    return name
  }
}

const AXES = { height: 1, width: 2 }
const FLOAT = { type: 'DT_FLOAT' }
const INT = { type: 'DT_INT32' }
const plain = { T: FLOAT }
const text = (value: string) => ({ s: Buffer.from(value).toString('base64') })
const integers = (values: readonly number[]) => ({ list: { i: values.map(String) } })
const shape = (sides: readonly number[]) => ({ shape: { dim: sides.map(size => ({ size: String(size) })) } })
