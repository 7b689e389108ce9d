/** The weights of a model: TensorFlow resource variables, so that an optimiser's fused kernels update them in place. */
import { Problem } from '../data/problem.js'
import type { Engine } from './engine.js'
import type { Initial, InitialDraws, Scope, Tensor, Weight } from './tensor.js'
import { Variable } from './variable.js'

/** A tensor on its way to or from a file: row-major. */
export interface StoredTensor {
  shape: number[]
  data: Float32Array
}
export type State = Map<string, StoredTensor>
/** What is known of weights before their numbers are. */
export type Shapes = ReadonlyMap<string, { shape: readonly number[] }>

export interface Weights {
  /** The root: stages make their weights in `scope.within(node)`. */
  scope: Scope
  /** In the order of creation; so is `all`, which has the running statistics too. */
  trainable: Weight[]
  all: Weight[]
  state(): State
  /** @throws Problem `checkpoint-mismatch` naming every missing, extra or misshapen weight; nothing is changed then */
  load(state: State): void
  dispose(): void
}

/**
 * An empty set of weights.
 *
 * @param draws the stream of random numbers of a weight by its full name; start values depend on nothing else
 * @param kept which weights, by their full names, do not learn: those that stay, and those that follow others
 */
export function createWeights(
  engine: Engine,
  draws: (name: string) => InitialDraws,
  kept: { frozen?: (name: string) => boolean; follows?: (name: string) => boolean } = {},
): Weights {
  const { frozen = () => false, follows = () => false } = kept
  const all: Variable[] = []
  const names = new Set<string>()

  const create = (name: string, shape: readonly number[], learns: boolean, initial: Initial) => {
    if (names.has(name)) throw new Error(`weight '${name}' is made twice`)
    const size = shape.reduce((product, side) => product * side, 1)
    const weight = new Variable(engine, name, shape, learns && !frozen(name) && !follows(name), frozen(name))
    weight.load(initial(size, draws(name)))
    all.push(weight)
    names.add(name)
    return weight
  }
  const scope = (prefix: string): Scope => ({
    within: name => scope(`${prefix}${name}.`),
    weight: (name, shape, initial) => create(prefix + name, shape, true, initial),
    statistic: (name, shape, initial) => create(prefix + name, shape, false, initial),
  })

  return {
    scope: scope(''),
    all,
    get trainable() {
      return all.filter(weight => weight.trainable)
    },
    state: () => new Map(all.map(weight => [weight.name, stored(weight.read())])),
    load: state => {
      refuseMismatch(all, state)
      for (const weight of all) weight.load(state.get(weight.name)!.data)
    },
    dispose: () => {
      for (const weight of all) weight.dispose()
    },
  }
}

/** The node of a weight by its full name: ids of nodes have no dots. */
export const nodeOfWeight = (name: string): string => name.slice(0, name.indexOf('.'))

/** Copies a tensor out of TensorFlow. */
export function stored(tensor: Tensor): StoredTensor {
  return { shape: [...tensor.shape], data: Float32Array.from(tensor.dataSync()) }
}

/** Compares names and shapes. @throws Problem `checkpoint-mismatch` */
export function refuseMismatch(wanted: readonly { name: string; shape: readonly number[] }[], state: State): void {
  const names = new Set(wanted.map(({ name }) => name))
  const missing = wanted.filter(({ name }) => !state.has(name)).map(({ name }) => name)
  const extra = [...state.keys()].filter(name => !names.has(name))
  const misshapen = wanted.flatMap(({ name, shape }) => {
    const found = state.get(name)
    return found && found.shape.join() !== shape.join()
      ? [`${name} is [${found.shape.join(' x ')}], expected [${shape.join(' x ')}]`]
      : []
  })
  const complaints = [
    missing.length > 0 && `missing: ${missing.join(', ')}`,
    extra.length > 0 && `not in this model: ${extra.join(', ')}`,
    misshapen.length > 0 && `of another shape: ${misshapen.join('; ')}`,
  ].filter(complaint => complaint !== false)
  if (complaints.length === 0) return
  throw new Problem('checkpoint-mismatch', `These weights belong to another model: ${complaints.join('. ')}.`, {
    hint: 'Use the graph that the checkpoint was trained with; it lies beside it in the run folder.',
  })
}
