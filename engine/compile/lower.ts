/**
 * A recording as the graph of a function. What an executor of graphs may do in any order is tied together where order
 * matters: a variable is read before it is written, and nothing is written before everything that may fail has been
 * computed, so that a function that fails has changed nothing.
 */
import { type Attribute, type Binding, FLOAT32, RESOURCE } from './backend.js'
import { GraphDef } from './graph-def.js'
import type { Recorder, Source, Step } from './recorder.js'

export interface Lowered {
  graph: Uint8Array
  /** Placeholders: of the inputs, then of the variables. */
  inputs: string[]
  /** Numbers of the variables. */
  resources: readonly number[]
  outputs: string[]
}

/** By TensorFlow's kernels, to the same bits as ever, or compiled by XLA, to others. */
export type How = 'function' | 'xla'
export type Compile = 'off' | How

export function lower(binding: Binding, recorder: Recorder, outputs: readonly Source[], how: How): Lowered {
  return new Lowering(binding, recorder, how).lowered(outputs)
}

interface Variable {
  /** The node that has its value now, if one has. */
  value: string | undefined
  /** Given to it on the way, and not yet written. */
  pending: string | undefined
  /** Nodes that have read it since it was last written. */
  readers: string[]
  lastWrite: string | undefined
  /** What it was at the beginning, where that may have to be put back. */
  before: string | undefined
}

/** Waits for all that may fail. */
const COMPUTED = 'computed'

class Lowering {
  readonly #graph: GraphDef
  readonly #variables: Variable[]
  readonly #constants = new Set<number>()
  /** Outputs of steps that are nodes of another name. */
  readonly #same = new Map<string, string>()
  readonly #writes: string[] = []
  /** Nodes that depend on something written. */
  readonly #late = new Set<string>()
  /** What has to be computed before anything is written. */
  readonly #first = new Set<string>()
  /** Tensors that have to be finite, or else nothing is changed. */
  readonly #checked: string[] = []

  constructor(
    private readonly binding: Binding,
    private readonly recorder: Recorder,
    private readonly how: How,
  ) {
    this.#graph = new GraphDef(binding)
    const none = { value: undefined, pending: undefined, lastWrite: undefined, before: undefined }
    this.#variables = recorder.resources.map(() => ({ ...none, readers: [] }))
  }

  lowered(outputs: readonly Source[]): Lowered {
    const { inputs, steps, resources } = this.recorder
    const names = inputs.map((_, index) => `input${index}`)
    const variables = resources.map((_, index) => `variable${index}`)
    inputs.forEach(({ dtype, shape }, index) => {
      this.#graph.placeholder(names[index]!, dtype, shape)
    })
    for (const name of variables) this.#graph.placeholder(name, RESOURCE, [])
    if (this.how === 'xla') this.#readWritten()
    const lowered = this.how === 'xla' ? steps.map(step => withoutOneDnn(step, steps)) : steps
    for (const [index, step] of lowered.entries()) this.#step(`step${index}`, step)
    const results = outputs.map(source => this.#name(source))
    for (const result of results) this.#first.add(result)
    this.#settle()
    const identities = results.map((result, index) => {
      const type = [this.#type('T', this.recorder.typeOf(outputs[index]!))]
      this.#graph.node(`output${index}`, 'Identity', [result, ...this.#writes.map(after)], type)
      return `output${index}`
    })
    this.#gate()
    return { graph: this.#graph.bytes(), inputs: [...names, ...variables], resources, outputs: identities }
  }

  #step(name: string, step: Step): void {
    const variables = step.inputs.flatMap(({ from, index }) => (from === 'resource' ? [this.#variables[index]!] : []))
    const [variable] = variables
    if (step.name === 'ReadVariableOp') this.#same.set(name, this.#read(name, step, variable!))
    else if (step.name === 'AssignVariableOp') variable!.value = variable!.pending = this.#name(step.inputs[1]!)
    else if (step.name === 'CheckNumerics') this.#check(name, step)
    else if (variables.length > 0) this.#update(name, step, variables)
    else this.#emit(name, step)
  }

  /** The value is read once; what has been assigned since is not read at all. */
  #read(name: string, step: Step, variable: Variable): string {
    if (variable.value !== undefined) return variable.value
    this.#emit(name, step, variable.lastWrite ? [variable.lastWrite] : [])
    if (variable.lastWrite) this.#late.add(name)
    variable.value = name
    variable.readers.push(name)
    return name
  }

  #check(name: string, step: Step): void {
    const [checked] = step.inputs.map(source => this.#name(source))
    if (this.how === 'xla') this.#checked.push(checked!)
    else {
      this.#emit(name, step)
      this.#first.add(name)
    }
  }

  /** Kernels that change variables in place. */
  #update(name: string, step: Step, variables: readonly Variable[]): void {
    for (const variable of variables) this.#write(variable)
    for (const source of step.inputs) this.#first.add(this.#name(source))
    this.#emit(
      name,
      step,
      variables.flatMap(variable => this.#beforeWriting(variable)),
    )
    this.#writes.push(name)
    for (const variable of variables) Object.assign(variable, { value: undefined, readers: [], lastWrite: name })
  }

  /** Writes what a variable has been given. */
  #write(variable: Variable): void {
    const { pending } = variable
    if (pending === undefined) return
    this.#first.add(pending)
    this.#assign(variable, pending)
    variable.pending = undefined
  }

  #assign(variable: Variable, value: string): void {
    const name = `write${this.#writes.length}`
    const inputs = [`variable${this.#variables.indexOf(variable)}`, value, ...this.#beforeWriting(variable).map(after)]
    this.#graph.node(name, 'AssignVariableOp', inputs, [this.#type('dtype', FLOAT32)])
    this.#writes.push(name)
    Object.assign(variable, { readers: [], lastWrite: name })
  }

  #beforeWriting({ readers, lastWrite }: Variable): string[] {
    return [...readers, ...(lastWrite ? [lastWrite] : []), ...(this.how === 'function' ? [COMPUTED] : [])]
  }

  /** XLA knows no failure: every variable that is written is read before, to be put back if a number is not finite. */
  #readWritten(): void {
    for (const { name, inputs } of this.recorder.steps)
      for (const { from, index } of inputs) {
        if (from !== 'resource' || name === 'ReadVariableOp' || this.#variables[index]!.before) continue
        const before = `before${index}`
        this.#graph.node(before, 'ReadVariableOp', [`variable${index}`], [this.#type('dtype', FLOAT32)])
        Object.assign(this.#variables[index]!, { before, value: before, readers: [before] })
      }
  }

  /** At the end every variable has its value. */
  #settle(): void {
    if (this.how === 'function' || this.#checked.length === 0) {
      for (const variable of this.#variables) this.#write(variable)
      return
    }
    const finite = this.#checked.map((checked, at) => this.#finite(`finite${at}`, checked))
    for (const [index, variable] of this.#variables.entries()) {
      if (!variable.before) continue
      const now = variable.value ?? `after${index}`
      const type = [this.#type('dtype', FLOAT32)]
      if (!variable.value)
        this.#graph.node(now, 'ReadVariableOp', [`variable${index}`, after(variable.lastWrite!)], type)
      const kept = finite.reduce((value, flag, at) => {
        const name = `kept${index}_${at}`
        this.#graph.node(name, 'SelectV2', [flag, value, variable.before!], [this.#type('T', FLOAT32)])
        return name
      }, now)
      variable.readers.push(now)
      this.#assign(variable, kept)
    }
  }

  /** Whether every number of a tensor is finite; a scalar. */
  #finite(name: string, checked: string): string {
    const { TF_ATTR_BOOL } = this.binding
    const type = [this.#type('T', FLOAT32)]
    this.#graph.constant(`${name}_axis`, { dtype: 3, shape: [1], bytes: new Uint8Array(Int32Array.of(0).buffer) })
    this.#graph.constant(`${name}_shape`, { dtype: 3, shape: [1], bytes: new Uint8Array(Int32Array.of(-1).buffer) })
    this.#graph.node(`${name}_flat`, 'Reshape', [checked, `${name}_shape`], [...type, this.#type('Tshape', 3)])
    this.#graph.node(`${name}_each`, 'IsFinite', [`${name}_flat`], type)
    const keep = { name: 'keep_dims', type: TF_ATTR_BOOL, value: false }
    this.#graph.node(name, 'All', [`${name}_each`, `${name}_axis`], [keep, this.#type('Tidx', 3)])
    return name
  }

  #gate(): void {
    if (this.how !== 'function' || this.#writes.length === 0) return
    const nodes = new Set([...this.#first].map(nodeOf))
    const early = [...nodes].filter(name => !this.#late.has(name) && !/^(input|variable|constant)/.test(name))
    this.#graph.node(COMPUTED, 'NoOp', early.map(after), [])
  }

  #emit(name: string, { name: operation, attributes, inputs }: Step, before: readonly string[] = []): void {
    const names = inputs.map(source => this.#name(source))
    if (names.some(input => this.#late.has(nodeOf(input)))) this.#late.add(name)
    this.#graph.node(name, operation, [...names, ...before.map(after)], attributes)
  }

  #name(source: Source): string {
    if (source.from === 'step') {
      const node = `step${source.index}`
      return this.#same.get(node) ?? (source.output === 0 ? node : `${node}:${source.output}`)
    }
    if (source.from === 'resource') return `variable${source.index}`
    if (source.from === 'constant' && !this.#constants.has(source.index)) {
      this.#constants.add(source.index)
      this.#graph.constant(`constant${source.index}`, this.recorder.constants[source.index]!)
    }
    return `${source.from}${source.index}`
  }

  #type(name: string, value: number): Attribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value }
  }
}

/**
 * XLA knows TensorFlow's operations, not the kernels that oneDNN has for them. Of max-pooling, where the maxima were is
 * not passed on: its gradient reads once more what was pooled.
 */
function withoutOneDnn(step: Step, steps: readonly Step[]): Step {
  if (!step.name.startsWith(ONEDNN)) return step
  const name = step.name.slice(ONEDNN.length)
  const attributes = step.attributes.filter(({ name }) => name !== '_kernel' && name !== 'workspace_enabled')
  if (name !== 'MaxPoolGrad') return { ...step, name, attributes }
  const [, pooled, gradient, where] = step.inputs as [Source, Source, Source, Source]
  const [x] = steps[where.index]!.inputs
  return { ...step, name, attributes, inputs: [x!, pooled, gradient] }
}

const ONEDNN = '_MklNative'
const after = (name: string) => `^${nodeOf(name)}`
const nodeOf = (name: string) => name.split(':')[0]!
