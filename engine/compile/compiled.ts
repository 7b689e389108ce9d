/**
 * Work on tensors as one function of TensorFlow: recorded while it is done as ever, twice, and if both are the same,
 * replayed from then on. One function for each set of shapes. What cannot be one is done as ever, and says why.
 */
import type { Engine, Tensor } from '../engine.js'
import { field, whole } from '../protobuf.js'
import { type Attribute, type Backend, type Binding, backendOf, type Metadata, wrapped } from './backend.js'
import { type How, type Lowered, lower } from './lower.js'
import { Recorder, recorded } from './recorder.js'

export type Compile = 'off' | How

export interface CompiledOptions {
  how: Compile
  /** Told, in a sentence, once for each set of shapes that stays uncompiled. */
  say?: (why: string) => void
}

export interface Compiled {
  /**
   * Does the work; the caller disposes what comes of it, and keeps the inputs.
   *
   * @throws what the work throws
   */
  (inputs: readonly Tensor[]): Tensor[]
  /** Frees the functions. */
  dispose(): void
}

interface Ready {
  name: string
  resources: readonly number[]
  outputs: number
  attributes: readonly Attribute[]
}

interface State {
  calls: number
  recorded?: Lowered
  ready?: Ready
  refused?: boolean
}

/** Sets of shapes beyond which nothing more is compiled: work whose shapes change all the time gains nothing. */
const MOST = 8

/** Of RewriterConfig's switches. */
const OFF = 2

let functions = 0

/**
 * @param work everything it does hangs on its inputs, on weights, and on what never changes. It may read no tensor of its
 *   own, and disposes all but what it gives.
 */
export function compiled(
  engine: Engine,
  work: (inputs: readonly Tensor[]) => Tensor[],
  { how, say = () => {} }: CompiledOptions,
): Compiled {
  const backend = backendOf(engine.tf)
  const states = new Map<string, State>()
  const call = (inputs: readonly Tensor[]): Tensor[] => {
    if (how === 'off') return work(inputs)
    const key = inputs.map(({ shape, dtype }) => `${dtype} ${shape.join()}`).join(' | ')
    const state = states.get(key) ?? { calls: 0 }
    states.set(key, state)
    state.calls += 1
    if (state.ready) return replayed(engine, state, inputs, work, say)
    // the first time tensors are made that stay: shapes, axes, constants
    if (state.refused || state.calls === 1 || states.size > MOST) return work(inputs)
    const { outputs, found } = record(engine, inputs, work, how)
    if (typeof found === 'string') refuse(state, found, say)
    else if (!state.recorded) state.recorded = found
    else if (!same(state.recorded, found)) refuse(state, 'it does not do the same each time', say)
    else register(backend, state, found, how, say)
    return outputs
  }
  const dispose = () => {
    for (const { ready } of states.values()) if (ready) backend.binding.removeFunction(ready.name)
    states.clear()
  }
  return Object.assign(call, { dispose })
}

function record(
  { tf, operations }: Engine,
  inputs: readonly Tensor[],
  work: (inputs: readonly Tensor[]) => Tensor[],
  how: How,
): { outputs: Tensor[]; found: Lowered | string } {
  const backend = backendOf(tf)
  const { binding } = backend
  if (!binding.addFunction) {
    const outputs = work(inputs)
    return { outputs, found: "TensorFlow's addon is an older one; `./earshot engine install` builds it anew" }
  }
  operations.raw.letGo()
  const ids = backend.getInputTensorIds(inputs)
  const given = inputs.map((tensor, at) => ({
    id: ids[at]!,
    dtype: operations.raw.typeOf(tensor),
    shape: tensor.shape,
  }))
  const recorder = new Recorder(binding, given)
  backend.binding = recorder.binding
  try {
    const outputs = recorded(recorder, () => work(inputs))
    const sources = backend.getInputTensorIds(outputs).map(id => recorder.sourceOf(id))
    return { outputs, found: recorder.refusal ?? lower(binding, recorder, sources, how) }
  } finally {
    backend.binding = binding
  }
}

function same(one: Lowered, other: Lowered): boolean {
  return one.resources.join() === other.resources.join() && Buffer.compare(one.graph, other.graph) === 0
}

function register(
  backend: Backend,
  state: State,
  { graph, inputs, resources, outputs }: Lowered,
  how: How,
  say: Say,
): void {
  functions += 1
  const name = `earshot_${functions}`
  try {
    backend.binding.addFunction!(name, graph, inputs, outputs)
    state.ready = { name, resources, outputs: outputs.length, attributes: attributesOf(backend.binding, how) }
  } catch (error) {
    refuse(state, firstLine(error), say)
  }
  delete state.recorded
}

type Say = (why: string) => void

function refuse(state: State, why: string, say: Say): void {
  state.refused = true
  delete state.recorded
  say(why)
}

/** By the function; if it fails, which changes nothing, by the work itself, which tells what is wrong in its own words. */
function replayed(
  engine: Engine,
  state: State,
  inputs: readonly Tensor[],
  work: (inputs: readonly Tensor[]) => Tensor[],
  say: Say,
): Tensor[] {
  engine.operations.raw.letGo()
  let found: Metadata[]
  try {
    found = run(backendOf(engine.tf), state.ready!, inputs)
  } catch (error) {
    const outputs = work(inputs)
    delete state.ready
    refuse(state, firstLine(error), say)
    return outputs
  }
  return found.map(each => wrapped(engine.tf, each))
}

function run(backend: Backend, { name, resources, outputs, attributes }: Ready, inputs: readonly Tensor[]) {
  return backend.binding.executeOp(name, attributes, [...backend.getInputTensorIds(inputs), ...resources], outputs)
}

/** How a function is run. */
function attributesOf({ TF_ATTR_BOOL, TF_ATTR_STRING }: Binding, how: How): Attribute[] {
  if (how === 'xla') return [{ name: '_XlaMustCompile', type: TF_ATTR_BOOL, value: true }]
  return [{ name: 'config_proto', type: TF_ATTR_STRING, value: SAME_BITS }]
}

/**
 * A ConfigProto whose graph optimiser leaves out what changes the last bits: products and sums in another order (constant
 * folding, arithmetic), and kernels that do several things at once (remapping).
 */
const SAME_BITS = new TextDecoder().decode(field(10, field(10, [whole(3, OFF), whole(7, OFF), whole(14, OFF)])))

const firstLine = (error: unknown) => (error as Error).message.split('\n')[0]!
