/** Writes down every operation that TensorFlow is asked for, while it is computed as ever. */
import { type Attribute, BFLOAT16, type Binding, BOOL, FLOAT32, INT32, type Metadata, RESOURCE } from './backend.js'
import { operationOf } from './operation.js'

/** Where an input comes from. */
export type Source =
  | { from: 'input' | 'constant' | 'resource'; index: number }
  | { from: 'step'; index: number; output: number }

export interface Step {
  name: string
  attributes: readonly Attribute[]
  inputs: readonly Source[]
  outputs: readonly Pick<Metadata, 'dtype' | 'shape'>[]
}

export interface Constant {
  dtype: number
  shape: readonly number[]
  /** Row-major; of bfloat16, float32. */
  bytes: Uint8Array
}

/** Operations with a state that a function keeps in order; all others that have one are refused. */
const STATEFUL = /^(ReadVariableOp|AssignVariableOp|Assign(Add|Sub)VariableOp|ResourceApply\w+)$/

export class Recorder {
  readonly steps: Step[] = []
  readonly constants: Constant[] = []
  /** Numbers of the variables, in the order of their first use. */
  readonly resources: number[] = []
  /** Why what was recorded can be no function. */
  refusal: string | undefined
  /** Takes the place of the addon. */
  readonly binding: Binding
  readonly #sources = new Map<number, Source>()
  /** Tensors made of JavaScript's numbers, before they are used. */
  readonly #made = new Map<number, Constant>()

  constructor(
    private readonly real: Binding,
    readonly inputs: readonly Metadata[],
  ) {
    inputs.forEach(({ id }, index) => {
      this.#sources.set(id, { from: 'input', index })
    })
    const instead = {
      executeOp: this.#execute.bind(this),
      createTensor: this.#create.bind(this),
      tensorDataSync: this.#read.bind(this),
    }
    // the addon's own properties cannot be written, also not by way of an object that inherits them
    const descriptors = Object.entries(instead).map(([name, value]) => [name, { value }] as const)
    this.binding = Object.create(real, Object.fromEntries(descriptors)) as Binding
  }

  /** Where a tensor comes from; what is not of this recording is a constant. */
  sourceOf(id: number): Source {
    const known = this.#sources.get(id)
    if (known) return known
    const source: Source = { from: 'constant', index: this.constants.length }
    this.constants.push(this.#made.get(id) ?? this.#constant(id))
    this.#sources.set(id, source)
    return source
  }

  typeOf(source: Source): number {
    if (source.from === 'resource') return RESOURCE
    if (source.from === 'step') return this.steps[source.index]!.outputs[source.output]!.dtype
    return (source.from === 'input' ? this.inputs : this.constants)[source.index]!.dtype
  }

  /** Notes that a function fails where a number of the tensor is not finite; gives the numbers of now. */
  demandFinite(id: number): Float32Array {
    const attributes = [
      { name: 'T', type: this.real.TF_ATTR_TYPE, value: FLOAT32 },
      { name: 'message', type: this.real.TF_ATTR_STRING, value: 'not finite' },
    ]
    this.steps.push({ name: 'CheckNumerics', attributes, inputs: [this.sourceOf(id)], outputs: [] })
    return this.real.tensorDataSync(id) as Float32Array
  }

  #execute(name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): Metadata[] {
    const { stateful, resources, types } = operationOf(this.real, name)
    if (stateful && !STATEFUL.test(name)) this.refusal ??= `${name} has a state of its own`
    const sources = inputs.map((id, at) => (resources.includes(at) ? this.#resource(id) : this.sourceOf(id)))
    const found = this.real.executeOp(name, attributes, inputs, outputs)
    const index = this.steps.length
    const given = new Set(attributes.map(attribute => attribute.name))
    const left = new Map(types.map(({ name, position }) => [name, this.typeOf(sources[position]!)]))
    const inferred = [...left].filter(([name]) => !given.has(name))
    const all = [...attributes, ...inferred.map(([name, value]) => ({ name, type: this.real.TF_ATTR_TYPE, value }))]
    this.steps.push({
      name,
      attributes: all,
      inputs: sources,
      outputs: found.map(({ dtype, shape }) => ({ dtype, shape })),
    })
    found.forEach(({ id }, output) => {
      this.#sources.set(id, { from: 'step', index, output })
    })
    return found
  }

  #create(shape: readonly number[], dtype: number, values: ArrayBufferView | readonly Uint8Array[]): number {
    const id = this.real.createTensor(shape, dtype, values)
    if (ArrayBuffer.isView(values)) this.#made.set(id, { dtype, shape: [...shape], bytes: copied(values) })
    else this.refusal ??= 'it works with texts'
    return id
  }

  #read(id: number): ArrayBufferView {
    const source = this.#sources.get(id)
    if (source && source.from !== 'constant') this.refusal ??= 'a value is read on the way'
    return this.real.tensorDataSync(id)
  }

  #resource(id: number): Source {
    const known = this.#sources.get(id)
    if (known) return known
    const source: Source = { from: 'resource', index: this.resources.length }
    this.resources.push(id)
    this.#sources.set(id, source)
    return source
  }

  /** A tensor from before: the addon tells numbers alone, so an identity tells type and shape. */
  #constant(id: number): Constant {
    const { real } = this
    const [same] = real.executeOp('Identity', [], [id], 1)
    const { dtype, shape, id: copy } = same!
    try {
      if (dtype === FLOAT32 || dtype === INT32 || dtype === BOOL)
        return { dtype, shape, bytes: copied(real.tensorDataSync(copy)) }
      if (dtype !== BFLOAT16) {
        this.refusal ??= `a constant is of type ${dtype}`
        return { dtype, shape, bytes: new Uint8Array() }
      }
      const types = Object.entries({ SrcT: BFLOAT16, DstT: FLOAT32 })
      const attributes = types.map(([name, value]) => ({ name, type: real.TF_ATTR_TYPE, value }))
      const [wide] = real.executeOp('Cast', attributes, [copy], 1)
      const bytes = copied(real.tensorDataSync(wide!.id))
      real.deleteTensor(wide!.id)
      return { dtype, shape, bytes }
    } finally {
      real.deleteTensor(copy)
    }
  }
}

function copied({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength).slice()
}

let current: Recorder | undefined

/** The recording under way in this thread. */
export const recording = (): Recorder | undefined => current

/** Does `work` while `recorder` listens. */
export function recorded<Result>(recorder: Recorder, work: () => Result): Result {
  current = recorder
  try {
    return work()
  } finally {
    current = undefined
  }
}
