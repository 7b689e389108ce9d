/** The tensor part of a graph: its weights, and one forward pass over a batch. */
import type { Engine, Tensor, Weight } from '../../engine/engine.js'
import { createWeights, type Weights } from '../../engine/weights.js'
import type { CheckedGraph, CheckedNode, Input } from '../../graphs/language/checked.js'
import { laneOf } from '../../graphs/language/lift.js'
import { streamOf } from '../../graphs/streams/draws.js'
import type { Stage, TensorStage } from '../../stages/contract.js'
import { LANES, type Lane, type Port } from '../../stages/ports.js'

/** What a node gave: one tensor, or one a lane. */
export type Value = Tensor | Record<Lane, Tensor>
export type Values = Record<string, Value>

export interface Model {
  weights: Weights
  /** Those that learn: not of frozen nodes. */
  trainable: Weight[]
  /** Of them, those of encoders. */
  encoding: Weight[]
  /** Nodes with role `encoder`, in graph order. */
  encoders: CheckedNode[]
  losses: CheckedNode[]
  /** Every tensor node, in training mode, from the values of the batch nodes; or those alone that `upTo` needs. */
  forward(batches: Values, upTo?: CheckedNode): Values
  /** What an encoder makes of patches [count, frames, bands], in evaluation mode: [count, size]. */
  encode(encoder: string, patches: Tensor): Tensor
}

type Pass = (inputs: Record<string, unknown>, options: { training: boolean }) => Tensor

/** Builds every tensor node once; a weight's start depends on `seed` and its own name alone. */
export function buildModel(
  engine: Engine,
  graph: CheckedGraph,
  stages: ReadonlyMap<string, Stage>,
  seed: number,
): Model {
  const weights = createWeights(engine, name => streamOf(`${seed}\u0000weights\u0000${name}`))
  const nodes = graph.nodes.filter(node => node.place === 'tensor')
  const stageOf = (node: CheckedNode) => stages.get(node.stage) as TensorStage
  const owners = nodes.filter(({ shares }) => shares === undefined)
  const passes = new Map<string, Pass>(
    owners.map(node => [
      node.id,
      stageOf(node).build(node.parameters, portsOf(node))(engine, weights.scope.within(node.id)) as Pass,
    ]),
  )
  for (const { id, shares } of nodes) if (shares !== undefined) passes.set(id, passes.get(shares)!)
  const frozen = new Set(owners.filter(({ frozen }) => frozen).map(({ id }) => id))
  const trainable = weights.trainable.filter(({ name }) => !frozen.has(nodeOf(name)))
  const role = (wanted: TensorStage['role']) => nodes.filter(node => stageOf(node).role === wanted)
  const encoders = role('encoder')
  return {
    weights,
    trainable,
    encoding: trainable.filter(({ name }) => encoders.some(({ id }) => id === nodeOf(name))),
    encoders,
    losses: role('loss'),
    forward(batches, upTo) {
      const values: Values = { ...batches }
      const needed = upTo && neededFor(upTo, nodes)
      for (const node of nodes) {
        if (needed && !needed.has(node.id)) continue
        const training = !frozen.has(node.shares ?? node.id)
        values[node.id] = run(engine, node, passes.get(node.id)!, values, training)
      }
      return values
    },
    encode: (encoder, patches) => passes.get(encoder)!({ from: patches }, { training: false }),
  }
}

/** The node of a weight: ids have no dots. */
const nodeOf = (weight: string) => weight.slice(0, weight.indexOf('.'))

function neededFor(last: CheckedNode, nodes: readonly CheckedNode[]): Set<string> {
  const needed = new Set([last.id])
  for (const node of [...nodes].reverse())
    if (needed.has(node.id)) for (const { node: read } of Object.values(node.inputs)) needed.add(read)
  return needed
}

function run(engine: Engine, node: CheckedNode, pass: Pass, values: Values, training: boolean): Value {
  const inputs = Object.fromEntries(Object.entries(node.inputs).map(([name, input]) => [name, arriving(input, values)]))
  if (!node.lifted) return pass(inputs, { training })
  const lane = (name: Lane) =>
    Object.fromEntries(Object.entries(inputs).map(([port, value]) => [port, (value as Record<Lane, Tensor>)[name]]))
  if (!node.joint) return { a: pass(lane('a'), { training }), b: pass(lane('b'), { training }) }
  const [a, b] = [lane('a'), lane('b')] as [Record<string, Tensor>, Record<string, Tensor>]
  const joined = Object.fromEntries(Object.keys(inputs).map(port => [port, engine.tf.concat([a[port]!, b[port]!])]))
  const [first, second] = engine.tf.split(pass(joined, { training }), LANES.length)
  return { a: first!, b: second! }
}

function arriving(input: Input, values: Values): Value {
  const value = values[input.node]!
  return input.lane ? (value as Record<Lane, Tensor>)[input.lane] : value
}

/** The ports a stage sees: of one lane when it is lifted. */
function portsOf(node: CheckedNode): Record<string, Port> & { out: Port } {
  const seen = (port: Port) => (node.lifted ? (laneOf(port) ?? port) : port)
  const ins = Object.fromEntries(Object.entries(node.inputs).map(([name, input]) => [name, seen(input.port)]))
  return { ...ins, out: seen(node.out) }
}
