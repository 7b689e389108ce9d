/** TensorFlow's GraphDef, node by node. https://github.com/tensorflow/tensorflow/tree/v2.18.1/tensorflow/core/framework */
import { type Bytes, beginning, field, joined, single, whole, wholes } from '../protobuf.js'
import { type Attribute, BFLOAT16, type Binding, FLOAT32, RESOURCE } from './backend.js'
import type { Constant } from './recorder.js'

/** Fields of AttrValue; those of its list have the same numbers. */
const VALUE = { list: 1, text: 2, whole: 3, single: 4, boolean: 5, type: 6, shape: 7, tensor: 8 }
/** Version of the graph's meaning: any of TensorFlow 2. */
const PRODUCER = 1000

export class GraphDef {
  /** Nodes, and large ones in two pieces. */
  readonly #nodes: Bytes[] = []

  constructor(private readonly binding: Binding) {}

  /** @param inputs names of nodes, `name:1` for an output beyond the first, `^name` for one that has to be done before */
  node(name: string, operation: string, inputs: readonly string[], attributes: readonly Attribute[]): void {
    const values = attributes.map(attribute => entry(attribute.name, this.#value(attribute)))
    this.#add(name, operation, inputs, values)
  }

  /** What a function is given. */
  placeholder(name: string, dtype: number, shape: readonly number[]): void {
    this.#add(name, 'Placeholder', [], [typeEntry(dtype), entry('shape', shapeValue(dtype === RESOURCE ? [] : shape))])
  }

  constant(name: string, { dtype, shape, bytes }: Constant): void {
    const narrow = dtype === BFLOAT16
    const stored = narrow ? FLOAT32 : dtype
    const begun = (number: number, ...parts: Bytes[]) => beginning(number, parts, bytes.length)
    const tensor = begun(VALUE.tensor, whole(1, stored), field(2, dimensions(shape)), begun(4))
    const value = begun(5, field(1, 'value'), begun(2, tensor))
    const of = narrow ? `${name}_wide` : name
    this.#nodes.push(begun(1, field(1, of), field(2, 'Const'), typeEntry(stored), value), bytes)
    const types = [entry('SrcT', whole(VALUE.type, FLOAT32)), entry('DstT', whole(VALUE.type, BFLOAT16))]
    if (narrow) this.#add(name, 'Cast', [of], types)
  }

  /** The whole graph, serialized. */
  bytes(): Bytes {
    return joined([...this.#nodes, field(4, [whole(1, PRODUCER)])])
  }

  #add(name: string, operation: string, inputs: readonly string[], attributes: readonly Bytes[]): void {
    const parts = [field(1, name), field(2, operation), ...inputs.map(input => field(3, input)), ...attributes]
    this.#nodes.push(field(1, parts))
  }

  #value({ type, value }: Attribute): Bytes {
    const { binding } = this
    switch (type) {
      case binding.TF_ATTR_STRING:
        return field(VALUE.text, value as string)
      case binding.TF_ATTR_SHAPE:
        return shapeValue(value as number[])
      case binding.TF_ATTR_TYPE:
        return whole(VALUE.type, value as number)
      case binding.TF_ATTR_INT:
        return Array.isArray(value) ? list(wholes(VALUE.whole, value)) : whole(VALUE.whole, Number(value))
      case binding.TF_ATTR_BOOL:
        return Array.isArray(value)
          ? list(wholes(VALUE.boolean, value.map(Number)))
          : whole(VALUE.boolean, value ? 1 : 0)
      case binding.TF_ATTR_FLOAT:
        return Array.isArray(value)
          ? list(joined(value.map(one => single(VALUE.single, one))))
          : single(VALUE.single, value as number)
      default:
        throw new RangeError(`no attribute of a function is of type ${type}`)
    }
  }
}

const list = (values: Bytes) => field(VALUE.list, values)
const entry = (name: string, value: Bytes) => field(5, [field(1, name), field(2, value)])
const typeEntry = (dtype: number) => entry('dtype', whole(VALUE.type, dtype))
const dimensions = (shape: readonly number[]) => shape.map(side => field(2, [whole(1, side)]))
const shapeValue = (shape: readonly number[]) => field(VALUE.shape, dimensions(shape))
