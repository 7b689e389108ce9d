/** Names and shapes of the weights that nodes make, told without TensorFlow: their stages are built, and never called. */
import type { Engine, Scope, Tensor, Weight } from '../../engine/engine.js'
import { createLayers } from '../../engine/layers/layers.js'
import { adaptedScope } from '../../engine/low-rank.js'
import type { Shapes } from '../../engine/weights.js'
import type { Stage, TensorStage } from '../../stages/contract.js'
import type { CheckedGraph, CheckedNode } from '../language/checked.js'
import { liftedNode } from '../language/lift.js'

/**
 * `block0.filter`, ... as they stand below the node's id; nothing for a stage that asks TensorFlow while it is built.
 *
 * @param adapt adapters of the node; those of the node that it follows
 */
export function weightShapes(node: CheckedNode, stage: TensorStage, adapt = node.adapt): Shapes | undefined {
  const shapes = new Map<string, { shape: readonly number[] }>()
  const made =
    (prefix: string) =>
    (name: string, shape: readonly number[]): Weight => {
      shapes.set(prefix + name, { shape })
      return { name: prefix + name, shape, trainable: true, read: () => anything as Tensor, assign: () => undefined }
    }
  const scope = (prefix: string): Scope => ({
    within: name => scope(`${prefix}${name}.`),
    weight: made(prefix),
    statistic: made(prefix),
  })
  try {
    const { ports } = liftedNode(node, stage)
    const own = adapt ? adaptedScope(engine, scope(''), adapt) : scope('')
    stage.build(node.parameters, ports)({ ...engine, layers: createLayers(engine.operations) }, own)
    return [...shapes.values()].every(({ shape }) => shape.every(Number.isInteger)) ? shapes : undefined
  } catch {
    return undefined
  }
}

/** Of every node with weights of its own, by full names; and the nodes whose weights cannot be told. */
export function graphWeightShapes(
  { nodes }: CheckedGraph,
  stages: ReadonlyMap<string, Stage>,
): { shapes: Shapes; untold: string[] } {
  const shapes = new Map<string, { shape: readonly number[] }>()
  const untold: string[] = []
  for (const node of nodes) {
    const stage = stages.get(node.stage)
    if (stage?.runsIn !== 'tensor' || node.shares !== undefined) continue
    const followed = nodes.find(({ id }) => id === node.follows) ?? node
    const own = weightShapes(node, stage, followed.adapt)
    if (!own) untold.push(node.id)
    for (const [name, one] of own ?? []) shapes.set(`${node.id}.${name}`, one)
  }
  return { shapes, untold }
}

/** Has every property, and gives itself when it is called. */
const anything: unknown = new Proxy(() => anything, { get: () => anything, apply: () => anything })
const engine = { tf: anything, operations: anything, layers: anything } as Engine
