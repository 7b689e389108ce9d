/** A forward pass as ONNX, operator set 17. Images lie [batch, channels, height, width] there. */

import { type Bytes, field, joined, whole } from '../../../engine/protobuf.js'
import type { StoredTensor } from '../../../engine/weights.js'
import {
  type Arithmetic,
  type Elementwise,
  type Graph,
  type LogMel,
  reduced,
  type Sides,
  type Value,
  type Windows,
  windowed,
} from './graph.js'

const OPERATORS = 17
/** Version of the file format that came with it. */
const IR = 8

const ELEMENTWISE: Record<Elementwise, string> = { relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh' }
const ARITHMETIC: Record<Arithmetic, string> = { add: 'Add', multiply: 'Mul', subtract: 'Sub' }

type Attributes = Record<string, number | readonly number[]>

export class OnnxGraph implements Graph {
  readonly #nodes: Bytes[] = []
  readonly #constants: Bytes[] = []

  /** @param samples of one example */
  constructor(private readonly samples: number) {}

  /** In float64, as Earshot has it: a quiet band beside a loud one has few digits of float32 left. */
  logMel({ window, hop, frames, parts, bands, spectrum, bank, floor, factor, shift }: LogMel): Value {
    const number = (value: number) => this.#exact([value], [])
    const starts = Array.from({ length: frames }, (_, frame) => frame * hop)
    const places = this.#node('Add', [this.#whole(starts, [frames, 1]), this.#whole([...Array(window).keys()])])
    const sound = this.#node('Cast', ['waveform'], { to: DOUBLE })
    const framed = this.#node('Gather', [sound, places], { axis: 1 })
    const spectra = this.#node('MatMul', [framed, this.#exact(spectrum, [window, parts])])
    const power = this.#node('Mul', [spectra, spectra])
    const summed = this.#node('MatMul', [power, this.#exact(bank, [parts, bands])])
    const natural = this.#node('Log', [this.#node('Add', [summed, number(floor)])])
    const scaled = this.#node('Add', [this.#node('Mul', [natural, number(factor)]), number(shift)])
    const image = [this.#node('Cast', [scaled], { to: FLOAT }), this.#whole([-1, 1, frames, bands])]
    return { name: this.#node('Reshape', image), shape: [frames, bands, 1] }
  }

  convolution(x: Value, { shape, data }: StoredTensor, bias: Float32Array | undefined, windows: Windows): Value {
    const [height, width, channels, out] = shape as [number, number, number, number]
    const filter = this.#constant(turned(data, [height * width, channels, out], [2, 1, 0]), [
      ...[out, channels, height, width],
    ])
    const inputs = [x.name, filter, ...(bias ? [this.#constant(bias, [out])] : [])]
    const name = this.#node('Conv', inputs, { kernel_shape: [height, width], ...sliding(windows) })
    return { name, shape: [...windowed(x.shape, [height, width], windows), out] }
  }

  depthwise(x: Value, { shape, data }: StoredTensor, windows: Windows): Value {
    const [height, width, channels] = shape as [number, number, number]
    const taps = this.#constant(turned(data, [height * width, channels], [1, 0]), [channels, 1, height, width])
    const settings = { kernel_shape: [height, width], group: channels, ...sliding(windows) }
    const name = this.#node('Conv', [x.name, taps], settings)
    return { name, shape: [...windowed(x.shape, [height, width], windows), channels] }
  }

  maxPool(x: Value, size: Sides, windows: Windows): Value {
    const name = this.#node('MaxPool', [x.name], { kernel_shape: size, ...sliding(windows) })
    return { name, shape: [...windowed(x.shape, size, windows), x.shape[2]!] }
  }

  elementwise({ name, shape }: Value, operation: Elementwise): Value {
    return { name: this.#node(ELEMENTWISE[operation], [name]), shape }
  }

  affine({ name, shape }: Value, factor: number, shift: number): Value {
    const scaled = this.#node('Mul', [name, this.#constant(Float32Array.of(factor), [])])
    return { name: this.#node('Add', [scaled, this.#constant(Float32Array.of(shift), [])]), shape }
  }

  arithmetic(operation: Arithmetic, a: Value, b: Value): Value {
    return { name: this.#node(ARITHMETIC[operation], [a.name, b.name]), shape: a.shape }
  }

  reduce(x: Value, operation: 'mean' | 'max', axes: readonly ('height' | 'width')[]): Value {
    const type = operation === 'mean' ? 'ReduceMean' : 'ReduceMax'
    const name = this.#node(type, [x.name], { axes: axes.map(axis => AXES[axis]), keepdims: 0 })
    return { name, shape: reduced(x.shape, axes) }
  }

  rows(x: Value): Value[] {
    const [height, width, channels] = x.shape as [number, number, number]
    const image = this.#node('Transpose', [x.name], { perm: [0, 2, 3, 1] })
    return Array.from({ length: height }, (_, row) => {
      const one = this.#node('Slice', [image, this.#whole([row]), this.#whole([row + 1]), this.#whole([1])])
      return { name: this.#node('Reshape', [one, this.#whole([-1, width * channels])]), shape: [width * channels] }
    })
  }

  flat({ name, shape }: Value): Value {
    const size = shape.reduce((product, side) => product * side, 1)
    const last = this.#node('Transpose', [name], { perm: shape.length === 3 ? [0, 2, 3, 1] : [0, 2, 1] })
    return { name: this.#node('Reshape', [last, this.#whole([-1, size])]), shape: [size] }
  }

  dense(x: Value, { shape, data }: StoredTensor, bias: Float32Array): Value {
    const product = this.#node('MatMul', [x.name, this.#constant(data, shape)])
    return { name: this.#node('Add', [product, this.#constant(bias, [shape[1]!])]), shape: [shape[1]!] }
  }

  concat(vectors: readonly Value[]): Value {
    const name = this.#node(
      'Concat',
      vectors.map(({ name }) => name),
      { axis: 1 },
    )
    return { name, shape: [vectors.reduce((sum, { shape }) => sum + shape[0]!, 0)] }
  }

  slice(x: Value, start: number, count: number): Value {
    const places = [this.#whole([start]), this.#whole([start + count]), this.#whole([1])]
    return { name: this.#node('Slice', [x.name, ...places]), shape: [count] }
  }

  /** The whole file: `waveform` [n, samples] in, each of the outputs [n, size] by its name. */
  encoded(outputs: Record<string, Value>, metadata: Record<string, string>): Bytes {
    const last = Object.entries(outputs).map(([name, { name: from, shape }]) =>
      tensorInfo(this.#node('Identity', [from], {}, name), shape[0]!),
    )
    const graph = [
      ...this.#nodes.map(node => field(1, node)),
      field(2, 'earshot'),
      ...this.#constants.map(tensor => field(5, tensor)),
      field(11, tensorInfo('waveform', this.samples)),
      ...last.map(info => field(12, info)),
    ]
    return joined([
      whole(1, IR),
      field(2, 'earshot'),
      field(8, [field(1, ''), whole(2, OPERATORS)]),
      field(7, graph),
      ...Object.entries(metadata).map(([key, value]) => field(14, [field(1, key), field(2, value)])),
    ])
  }

  /** @returns the name of what it gives */
  #node(type: string, inputs: readonly string[], attributes: Attributes = {}, output?: string): string {
    const name = output ?? `${type.toLowerCase()}${this.#nodes.length}`
    this.#nodes.push(
      joined([
        ...inputs.map(input => field(1, input)),
        ...[field(2, name), field(3, name), field(4, type)],
        ...Object.entries(attributes).map(([key, value]) => field(5, attribute(key, value))),
      ]),
    )
    return name
  }

  #constant(data: Float32Array, shape: readonly number[]): string {
    return this.#tensor(shape, FLOAT, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }

  #exact(numbers: ArrayLike<number>, shape: readonly number[]): string {
    return this.#tensor(shape, DOUBLE, new Uint8Array(Float64Array.from(numbers).buffer))
  }

  #whole(numbers: readonly number[], shape: readonly number[] = [numbers.length]): string {
    return this.#tensor(shape, INT64, new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer))
  }

  #tensor(shape: readonly number[], type: number, raw: Uint8Array): string {
    const name = `constant${this.#constants.length}`
    this.#constants.push(joined([...shape.map(side => whole(1, side)), whole(2, type), field(8, name), field(9, raw)]))
    return name
  }
}

const AXES = { height: 2, width: 3 }

const FLOAT = 1
const INT64 = 7
const DOUBLE = 11

const sliding = ({ stride, padding }: Windows): Attributes => ({
  strides: stride,
  pads: [padding.top, padding.left, padding.bottom, padding.right],
})

function attribute(name: string, value: number | readonly number[]): Bytes[] {
  const content = typeof value === 'number' ? whole(3, value) : joined(value.map(one => whole(8, one)))
  return [field(1, name), content, whole(20, typeof value === 'number' ? 2 : 7)]
}

/** [n, size] of float32. */
function tensorInfo(name: string, size: number): Bytes[] {
  const shape = [field(1, field(2, 'n')), field(1, whole(1, size))]
  return [field(1, name), field(2, field(1, [whole(1, FLOAT), field(2, shape)]))]
}

/** Row-major numbers with their axes in another order. */
function turned(data: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1))
  const sides = order.map(axis => shape[axis]!)
  const out = new Float32Array(data.length)
  for (let at = 0; at < out.length; at++) {
    let rest = at
    let from = 0
    for (let axis = order.length - 1; axis >= 0; axis--) {
      from += (rest % sides[axis]!) * strides[order[axis]!]!
      rest = Math.floor(rest / sides[axis]!)
    }
    out[at] = data[from]!
  }
  return out
}
