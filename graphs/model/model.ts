/** The tensor part of a graph: its weights, and one forward pass over a batch. */
import type { Engine, Scope, Tensor, Weight } from '../../engine/engine.js'
import { adaptedScope, isOfAdapter } from '../../engine/low-rank.js'
import { createWeights, nodeOfWeight, type Weights } from '../../engine/weights.js'
import type { Stage, TensorStage } from '../../stages/contract.js'
import { guarded } from '../../stages/guarded.js'
import { embeddingSize } from '../../stages/ports.js'
import type { CheckedGraph, CheckedNode } from '../language/checked.js'
import { liftedNode } from '../language/lift.js'
import { INPUT } from '../readout/plan.js'
import { streamOf } from '../streams/draws.js'
import { ChangingValues } from './changing-values.js'
import { Followers, offTape } from './followers.js'
import { demandLayer, frozenLayers } from './frozen.js'
import { nodePass, type Pass, type Values } from './node-pass.js'

export interface Model {
  weights: Weights
  /** Those that learn: not of frozen nodes. */
  trainable: Weight[]
  /** Of them, those of encoders and separators. */
  encoding: Weight[]
  /** Nodes with role `encoder`, in graph order. */
  encoders: CheckedNode[]
  losses: CheckedNode[]
  /** Every tensor node of which a clip's result is an embedding, or tokens, in graph order: encoders and heads. */
  embedding: CheckedNode[]
  /** Numbers of nodes that change over training. */
  changing: ChangingValues
  /** Moves the weights of nodes that follow others a step towards them. */
  follow(): void
  /** Gives those of these nodes that follow others the others' weights and running statistics as they are. */
  catchUp(ids: Iterable<string>): void
  /**
   * Where the clip-by-clip part of the graph ends: the encoders and separators (or what stands above them) that heads and
   * losses read. None if there are neither.
   *
   * @param wanted of all nodes that these need; of the whole graph if absent
   */
  encoderOutputs(wanted?: readonly string[]): string[]
  /**
   * Tensor nodes in training mode, from values that are there already: those of the batch nodes, and of any others.
   *
   * @param wanted only what these need is run; everything if absent
   */
  forward(given: Values, wanted?: readonly string[]): Values
  /** What an encoder makes of patches [count, ...shape of a patch], in evaluation mode, the mean of tokens: [count, size]. */
  encode(encoder: string, patches: Tensor): Tensor
  /** What the last of an encoder and heads on it makes of each moment of patches, in evaluation mode: [count, moments, numbers]. */
  moments(chain: readonly string[], patches: Tensor): Tensor
  /**
   * What its layers make of them, by name, in the order in which they are made: each [count, frames, bands, channels]. The
   * first, `input`, is the patches themselves. None where the encoder's stage names no layers.
   */
  layers(encoder: string, patches: Tensor): Record<string, Tensor>
}

/** Builds every tensor node once; a weight's start depends on `seed` and its own name alone. */
export function buildModel(
  engine: Engine,
  graph: CheckedGraph,
  stages: ReadonlyMap<string, Stage>,
  seed: number,
): Model {
  const nodes = graph.nodes.filter(node => node.place === 'tensor')
  const stageOf = (node: CheckedNode) => stages.get(node.stage) as TensorStage
  const layers = frozenLayers(nodes)
  const followers = new Followers(nodes)
  const adaptersOf = (id: string) => nodes.find(node => node.id === followers.followedNode(id))?.adapt
  const weights = createWeights(
    engine,
    name => streamOf(`${seed}\u0000weights\u0000${followers.followedBy(name)}`), // who follows begins where the other does
    {
      frozen: name =>
        layers.some(layer => followers.followedBy(name).startsWith(layer)) ||
        (adaptersOf(nodeOfWeight(name)) !== undefined && !isOfAdapter(name)),
      follows: name => followers.has(name),
    },
  )
  const changing = new ChangingValues(engine, nodes)
  const scopeOf = (id: string) => {
    const adapters = adaptersOf(id)
    const scope = weights.scope.within(id)
    return adapters ? adaptedScope(engine, scope, adapters) : scope
  }
  const passes = passesOf(engine, nodes, stageOf, scopeOf)
  for (const layer of layers) demandLayer(layer, weights)
  const runs = nodes.map(node => ({
    id: node.id,
    run: nodePass(engine, liftedNode(node, stageOf(node)), node.joint, passes.get(node.id)!),
    training: !isFrozen(followers.followedNode(node.shares ?? node.id), nodes) && !adaptersOf(node.shares ?? node.id),
  }))
  const role = (wanted: TensorStage['role']) => nodes.filter(node => stageOf(node).role === wanted)
  const encoders = role('encoder')
  const large = [...encoders, ...role('separator')].map(({ id }) => id)
  const trunk = neededFor(large, nodes)
  const trainable = weights.trainable.filter(({ name }) => !isFrozen(nodeOfWeight(name), nodes))
  return {
    weights,
    trainable,
    encoding: trainable.filter(({ name }) => large.includes(nodeOfWeight(name))),
    encoders,
    losses: role('loss'),
    changing,
    follow: () => followers.move(engine, weights, changing),
    catchUp: ids => followers.catchUp(engine, weights, ids),
    embedding: nodes.filter(({ out }) => embeddingSize(out) > 0),
    encoderOutputs(wanted) {
      const needed = wanted && neededFor(wanted, nodes)
      const readers = nodes.filter(({ id }) => !trunk.has(id) && (!needed || needed.has(id)))
      const read = new Set(readers.flatMap(({ inputs }) => Object.values(inputs).map(({ node }) => node)))
      return nodes.flatMap(({ id }) => (trunk.has(id) && read.has(id) ? [id] : []))
    },
    forward(given, wanted) {
      const values: Values = { ...given }
      const needed = wanted && neededFor(wanted, nodes, given)
      for (const { id, run, training } of runs)
        if (!(id in given) && (!needed || needed.has(id))) values[id] = run(values, { training, now: changing.of(id) })
      return values
    },
    encode(encoder, patches) {
      const value = passes.get(encoder)!({ from: patches }, { training: false }) as Tensor
      return value.rank === 3 ? value.mean(1) : value
    },
    moments: (chain, patches) =>
      chain.reduce<Tensor>((value, id) => passes.get(id)!({ from: value }, { training: false }) as Tensor, patches),
    layers(encoder, patches) {
      const found: Record<string, Tensor> = { [INPUT]: patches.rank === 4 ? patches : patches.expandDims(-1) }
      const layer = (name: string, value: Tensor) => {
        const map = engine.operations.toFloat(value)
        const [count, ...sizes] = map.shape as [number, ...number[]]
        // of layers that keep no frequency, or no time either, there is one band and one frame
        found[name] =
          map.rank === 4 ? map : map.reshape([count, ...(map.rank === 3 ? [sizes[0]!, 1] : [1, 1]), sizes.at(-1)!])
      }
      passes.get(encoder)!({ from: patches }, { training: false, layer })
      return Object.keys(found).length > 1 ? found : {}
    },
  }
}

/** By node; nodes that share weights share the pass. */
function passesOf(
  engine: Engine,
  nodes: readonly CheckedNode[],
  stageOf: (node: CheckedNode) => TensorStage,
  scopeOf: (id: string) => Scope,
): Map<string, Pass> {
  const passes = new Map<string, Pass>()
  for (const node of nodes) {
    if (node.shares !== undefined) continue
    const stage = stageOf(node)
    const { ports } = liftedNode(node, stage)
    const guard = <Made>(run: () => Made) => guarded(stage, node.id, 'build', run)
    const pass: Pass = guard(() => stage.build(node.parameters, ports)(engine, scopeOf(node.id)))
    const alone: Pass = (inputs, options) => guard(() => pass(inputs, options))
    passes.set(node.id, node.follows === undefined ? alone : offTape(engine, alone))
  }
  for (const { id, shares } of nodes) if (shares !== undefined) passes.set(id, passes.get(shares)!)
  return passes
}

const isFrozen = (id: string, nodes: readonly CheckedNode[]) =>
  nodes.some(node => node.id === id && node.frozen === true && node.shares === undefined)

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
