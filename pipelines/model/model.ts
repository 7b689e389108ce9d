/** The tensor part of a graph: its weights, and one forward pass over a batch. */
import { Problem } from '../../data/problem.js'
import type { Engine, Tensor, Weight } from '../../engine/engine.js'
import { createWeights, type Weights } from '../../engine/weights.js'
import type { CheckedGraph, CheckedNode, Input } from '../../graphs/language/checked.js'
import { fitOf, laneOf, seenOf } from '../../graphs/language/lift.js'
import { streamOf } from '../../graphs/streams/draws.js'
import type { PassOptions, Stage, TensorStage } from '../../stages/contract.js'
import { innermost, type Lane, type Port } from '../../stages/ports.js'
import type { Pair } from '../../stages/values.js'

/** What a node gave: one tensor, or one a lane. */
export type Value = Tensor | Pair<Tensor>
export type Values = Record<string, Value>

export interface Model {
  weights: Weights
  /** Those that learn: not of frozen nodes. */
  trainable: Weight[]
  /** Of them, those of encoders and separators. */
  encoding: Weight[]
  /** Nodes with role `encoder`, in graph order. */
  encoders: CheckedNode[]
  losses: CheckedNode[]
  /** Every tensor node of which a clip's result is an embedding, in graph order: encoders and heads. */
  embedding: CheckedNode[]
  /**
   * Where the clip-by-clip part of the graph ends: the encoders and separators (or what stands above them) that heads and
   * losses read. None if there are neither.
   *
   * @param wanted of all nodes that these need; of the whole graph if absent
   */
  seams(wanted?: readonly string[]): string[]
  /**
   * Tensor nodes in training mode, from values that are there already: those of the batch nodes, and of any others.
   *
   * @param wanted only what these need is run; everything if absent
   */
  forward(given: Values, wanted?: readonly string[]): Values
  /** What an encoder makes of patches [count, frames, bands], in evaluation mode: [count, size]. */
  encode(encoder: string, patches: Tensor): Tensor
  /** What its layers make of them, by name: each [count, size], the mean over time and frequency. */
  layers(encoder: string, patches: Tensor): Record<string, Tensor>
}

type Pass = (inputs: Record<string, unknown>, options: PassOptions) => Value

/** Builds every tensor node once; a weight's start depends on `seed` and its own name alone. */
export function buildModel(
  engine: Engine,
  graph: CheckedGraph,
  stages: ReadonlyMap<string, Stage>,
  seed: number,
): Model {
  const nodes = graph.nodes.filter(node => node.place === 'tensor')
  const layers = frozenLayers(nodes)
  const weights = createWeights(
    engine,
    name => streamOf(`${seed}\u0000weights\u0000${name}`),
    name => layers.some(layer => name.startsWith(layer)),
  )
  const stageOf = (node: CheckedNode) => stages.get(node.stage) as TensorStage
  const owners = nodes.filter(({ shares }) => shares === undefined)
  const passes = new Map<string, Pass>(
    owners.map(node => [
      node.id,
      stageOf(node).build(node.parameters, portsOf(node, stageOf(node)))(engine, weights.scope.within(node.id)) as Pass,
    ]),
  )
  for (const { id, shares } of nodes) if (shares !== undefined) passes.set(id, passes.get(shares)!)
  for (const layer of layers) demandLayer(layer, weights)
  const frozen = new Set(owners.filter(({ frozen }) => frozen === true).map(({ id }) => id))
  const trainable = weights.trainable.filter(({ name }) => !frozen.has(nodeOf(name)))
  const role = (wanted: TensorStage['role']) => nodes.filter(node => stageOf(node).role === wanted)
  const encoders = role('encoder')
  const large = [...encoders, ...role('separator')].map(({ id }) => id)
  const trunk = neededFor(large, nodes)
  return {
    weights,
    trainable,
    encoding: trainable.filter(({ name }) => large.includes(nodeOf(name))),
    encoders,
    losses: role('loss'),
    embedding: nodes.filter(({ out }) => innermost(out).kind === 'embedding'),
    seams(wanted) {
      const needed = wanted && neededFor(wanted, nodes)
      const readers = nodes.filter(({ id }) => !trunk.has(id) && (!needed || needed.has(id)))
      const read = new Set(readers.flatMap(({ inputs }) => Object.values(inputs).map(({ node }) => node)))
      return nodes.flatMap(({ id }) => (trunk.has(id) && read.has(id) ? [id] : []))
    },
    forward(given, wanted) {
      const values: Values = { ...given }
      const needed = wanted && neededFor(wanted, nodes, given)
      for (const node of nodes) {
        if (node.id in given || (needed && !needed.has(node.id))) continue
        const training = !frozen.has(node.shares ?? node.id)
        values[node.id] = run(engine, node, stageOf(node), passes.get(node.id)!, values, training)
      }
      return values
    },
    encode: (encoder, patches) => passes.get(encoder)!({ from: patches }, { training: false }) as Tensor,
    layers(encoder, patches) {
      const found: Record<string, Tensor> = {}
      const layer = (name: string, value: Tensor) => {
        found[name] = value.rank === 4 ? engine.operations.globalPool(value, 'mean') : value
      }
      passes.get(encoder)!({ from: patches }, { training: false, layer })
      return found
    },
  }
}

/** How the names of weights begin that never learn while others of their node do: `encoder.block0.`. */
function frozenLayers(nodes: readonly CheckedNode[]): string[] {
  return nodes.flatMap(({ id, frozen }) => (Array.isArray(frozen) ? frozen.map(layer => `${id}.${layer}.`) : []))
}

/** @throws Problem `no-such-layer` if no weight's name begins like this */
function demandLayer(layer: string, { all }: Weights): void {
  if (all.some(({ name }) => name.startsWith(layer))) return
  const node = nodeOf(layer)
  const there = new Set(all.filter(({ name }) => nodeOf(name) === node).map(({ name }) => name.split('.')[1]))
  throw new Problem('no-such-layer', `'${layer.slice(0, -1)}' is to be frozen, and there are no such weights.`, {
    hint: `'${node}' has ${[...there].join(', ')}.`,
  })
}

/** The node of a weight: ids have no dots. */
const nodeOf = (weight: string) => weight.slice(0, weight.indexOf('.'))

/** These nodes and the tensor nodes above them, as far as they are not given. */
function neededFor(wanted: readonly string[], nodes: readonly CheckedNode[], given: Values = {}): Set<string> {
  const needed = new Set(wanted.filter(id => !(id in given)))
  const tensors = new Set(nodes.map(({ id }) => id))
  for (const node of [...nodes].reverse()) {
    if (!needed.has(node.id)) continue
    for (const { node: read } of Object.values(node.inputs)) if (tensors.has(read) && !(read in given)) needed.add(read)
  }
  return needed
}

/** Lane by lane if it is lifted, or, if joint, all lanes as one batch; what the stage takes as a whole goes to each lane. */
function run(
  engine: Engine,
  node: CheckedNode,
  stage: TensorStage,
  pass: Pass,
  values: Values,
  training: boolean,
): Value {
  const { tf } = engine
  const inputs = Object.entries(node.inputs).map(([name, input]) => {
    const lifted = node.lifted && fitOf(input.port, acceptsOf(stage, name)) === 'lifted'
    return { name, value: arriving(engine, input, values), lifted }
  })
  const of = (choose: (value: Value, lifted: boolean) => Value) =>
    Object.fromEntries(inputs.map(({ name, value, lifted }) => [name, choose(value, lifted)]))
  if (!node.lifted)
    return pass(
      of(value => value),
      { training },
    )
  const over = inputs.find(({ lifted }) => lifted)!.value
  const count = lanesIn(engine, over).length
  const lane = (at: number) => of((value, lifted) => (lifted ? lanesIn(engine, value)[at]! : value))
  const together = () =>
    of((value, lifted) =>
      tf.concat(lifted ? lanesIn(engine, value) : Array.from({ length: count }, () => value as Tensor)),
    )
  const outs = node.joint
    ? tf.split(pass(together(), { training }) as Tensor, count)
    : Array.from({ length: count }, (_, at) => pass(lane(at), { training }) as Tensor)
  return isPair(over) ? { a: outs[0]!, b: outs[1]! } : tf.stack(outs, 1)
}

const acceptsOf = (stage: TensorStage, port: string) => stage.in[port]!.accepts

/** The sides of a pair; the channels of [batch, channels, ...]. */
function lanesIn({ tf }: Engine, value: Value): Tensor[] {
  return isPair(value) ? [value.a, value.b] : tf.unstack(value, 1)
}

export const isPair = (value: Value): value is Pair<Tensor> => 'a' in value

/** One lane by its name, `a`, `b`, `1`, `2`, ...; else the whole. */
function arriving({ tf }: Engine, { node, lane }: Input, values: Values): Value {
  const value = values[node]!
  if (!lane) return value
  return isPair(value) ? value[lane as Lane] : tf.unstack(value, 1)[Number(lane) - 1]!
}

/** The ports a stage sees: of one lane when it is lifted. */
function portsOf(node: CheckedNode, stage: TensorStage): Record<string, Port> & { out: Port } {
  const ins = Object.entries(node.inputs).map(([name, { port }]) => [name, seenOf(port, acceptsOf(stage, name))])
  return { ...Object.fromEntries(ins), out: (node.lifted && laneOf(node.out)) || node.out }
}
