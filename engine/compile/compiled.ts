/**
 * Work on tensors as one function of TensorFlow: recorded while it is done as ever, twice, and if both are the same,
 * replayed from then on. One function for each set of shapes. What cannot be one is done as ever, and says why.
 */
import type { Engine, Tensor, Weight } from '../engine.js'
import { backendOf, type Metadata, wrapped } from './backend.js'
import { type Choice, fastest } from './contest.js'
import { addFunction, type CompiledFunction } from './function.js'
import { type Compile, type How, type Lowered, lower } from './lower.js'
import { Recorder, recorded, type Source } from './recorder.js'

export type { Choice, Compile }

export interface CompiledOptions {
  /** `auto` tries what can be tried, and keeps to the fastest. */
  how: Compile | 'auto'
  /** Told, in a sentence, once for each set of shapes that stays uncompiled. */
  say?: ((why: string) => void) | undefined
  /** Told what `auto` has chosen, the first time. */
  chosen?: ((choice: Choice) => void) | undefined
  /**
   * All that the work changes. With them XLA, whose last bits are others, is at work from the first call on: recordings
   * are then rehearsals, after which everything is as it was. Without them `auto` leaves XLA alone.
   */
  variables?: (() => readonly Weight[]) | undefined
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

/** XLA's own convolutions are many times slower than oneDNN's. */
const CONVOLUTIONS = /Conv/
/** Milliseconds below which work is not worth the seconds that XLA takes to compile it. */
const LONG = 100

type Work = (inputs: readonly Tensor[]) => Tensor[]

/** Sets of shapes beyond which nothing more is compiled: work whose shapes change all the time gains nothing. */
const MOST = 8

/**
 * @param work everything it does depends on its inputs, on weights, and on what never changes. It may read no tensor of its
 *   own, and disposes all but what it gives.
 */
export function compiled(
  engine: Engine,
  work: Work,
  { how, say = () => {}, chosen, variables }: CompiledOptions,
): Compiled {
  const shapes = new Map<string, OneShape>()
  const way = { how, chosen, variables }
  const call = (inputs: readonly Tensor[]): Tensor[] => {
    if (way.how === 'off') return work(inputs)
    const key = inputs.map(({ shape, dtype }) => `${dtype} ${shape.join()}`).join(' | ')
    const found = shapes.get(key) ?? new OneShape(engine, work, way, say)
    if (shapes.size < MOST) shapes.set(key, found)
    return found.call(inputs)
  }
  const dispose = () => {
    for (const shape of shapes.values()) shape.dispose()
    shapes.clear()
  }
  return Object.assign(call, { dispose })
}

/** Shared by all shapes: the first to be compiled chooses. */
interface Way {
  how: Compile | 'auto'
  chosen: CompiledOptions['chosen']
  variables: CompiledOptions['variables']
}

interface Recording {
  recorder: Recorder
  outputs: Source[]
  /** As a function. */
  lowered: Lowered
  milliseconds: number
}

class OneShape {
  #calls = 0
  #recording: Recording | undefined
  #function: CompiledFunction | undefined
  #refused = false
  #worthXla = false

  constructor(
    private readonly engine: Engine,
    private readonly work: Work,
    private readonly way: Way,
    private readonly say: (why: string) => void,
  ) {}

  call(inputs: readonly Tensor[]): Tensor[] {
    this.#calls += 1
    if (this.#function) return this.#replay(this.#function, inputs)
    if (this.#calls === 1 && this.way.how !== 'function' && this.way.variables)
      return this.#rehearse(inputs, this.way.variables())
    // the first time tensors are made that stay: shapes, axes, constants
    if (this.#refused || this.#calls === 1) return this.work(inputs)
    return this.#record(inputs)
  }

  dispose(): void {
    this.#function?.dispose()
    this.#function = undefined
  }

  /** The first call as a recording tells whether XLA is worth a trial; if so, it is taken back and done by what is chosen. */
  #rehearse(inputs: readonly Tensor[], variables: readonly Weight[]): Tensor[] {
    const { tf } = this.engine
    const before = variables.map(variable => tf.clone(variable.read()))
    const outputs = this.#record(inputs)
    if (this.way.how === 'auto' && !isForXla(this.#recording)) {
      this.#recording = undefined
      tf.dispose(before)
      return outputs
    }
    this.#recording = undefined
    this.#worthXla = true
    tf.dispose([...outputs, ...this.#record(inputs), ...this.#record(inputs)])
    variables.forEach((variable, at) => {
      variable.assign(before[at]!)
    })
    return this.#function ? this.#replay(this.#function, inputs) : this.work(inputs)
  }

  #record(inputs: readonly Tensor[]): Tensor[] {
    const { tf, operations } = this.engine
    const backend = backendOf(tf)
    const { binding } = backend
    if (!binding.addFunction) {
      this.#refuse("TensorFlow's addon is an older one; `./earshot engine install` builds it anew")
      return this.work(inputs)
    }
    operations.raw.letGo()
    const start = performance.now()
    const ids = backend.getInputTensorIds(inputs)
    const given = inputs.map((tensor, at) => ({
      id: ids[at]!,
      dtype: operations.raw.typeOf(tensor),
      shape: tensor.shape,
    }))
    const recorder = new Recorder(binding, given)
    let outputs: Tensor[]
    try {
      backend.binding = recorder.binding
      outputs = recorded(recorder, () => this.work(inputs))
    } finally {
      backend.binding = binding
    }
    const made = backend.getInputTensorIds(outputs)
    const sources = made.map(id => recorder.sourceOf(id))
    if (made[0] !== undefined) binding.tensorDataSync(made[0])
    const milliseconds = performance.now() - start
    if (recorder.refusal) this.#refuse(recorder.refusal)
    else {
      const lowered = lower(binding, recorder, sources, 'function')
      this.#compare({ recorder, outputs: sources, milliseconds, lowered }, ids)
    }
    return outputs
  }

  #compare(found: Recording, inputs: readonly number[]): void {
    const before = this.#recording
    this.#recording = found
    if (!before) return
    this.#recording = undefined
    const sameVariables = before.recorder.resources.join() === found.recorder.resources.join()
    if (!sameVariables || Buffer.compare(before.lowered.graph, found.lowered.graph) !== 0)
      this.#refuse('it does not do the same each time')
    else this.#compile({ ...found, milliseconds: Math.min(before.milliseconds, found.milliseconds) }, inputs)
  }

  #compile(recording: Recording, inputs: readonly number[]): void {
    const { way } = this
    try {
      if (way.how === 'auto') this.#choose(recording, inputs)
      else if (way.how !== 'off') this.#function = this.#add(recording, way.how)
    } catch (error) {
      this.#refuse(firstLine(error))
    }
  }

  #choose(recording: Recording, inputs: readonly number[]): void {
    const ways = [this.#add(recording, 'function')]
    if (this.#worthXla) {
      try {
        ways.push(this.#add(recording, 'xla'))
      } catch {
        // it is one way of two
      }
    }
    const choice = fastest(ways, inputs, recording.milliseconds)
    for (const way of ways)
      if (way.how === choice.how) this.#function = way
      else way.dispose()
    this.#refused = choice.how === 'off'
    this.way.how = choice.how
    this.way.chosen?.(choice)
  }

  #add({ recorder, outputs, lowered }: Recording, how: How): CompiledFunction {
    const backend = backendOf(this.engine.tf)
    return addFunction(backend, how === 'xla' ? lower(backend.binding, recorder, outputs, how) : lowered, how)
  }

  /** By the function; if it fails, which changes nothing, by the work, which tells what is wrong in its own words. */
  #replay(found: CompiledFunction, inputs: readonly Tensor[]): Tensor[] {
    const { tf, operations } = this.engine
    operations.raw.letGo()
    let outputs: Metadata[]
    try {
      outputs = found.run(backendOf(tf).getInputTensorIds(inputs))
    } catch (error) {
      const done = this.work(inputs)
      this.dispose()
      this.#refuse(firstLine(error))
      return done
    }
    return outputs.map(output => wrapped(tf, output))
  }

  #refuse(why: string): void {
    this.#refused = true
    this.#recording = undefined
    this.say(why)
  }
}

const isForXla = (recording: Recording | undefined) =>
  recording !== undefined &&
  recording.milliseconds >= LONG &&
  !recording.recorder.steps.some(({ name }) => CONVOLUTIONS.test(name))

const firstLine = (error: unknown) => (error as Error).message.split('\n')[0]!
