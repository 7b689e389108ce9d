/** Names of the weights that a node makes, told without TensorFlow: its stage is built, and never called. */
import type { Engine, Scope, Tensor, Weight } from '../../engine/engine.js'
import { createLayers } from '../../engine/layers/layers.js'
import type { TensorStage } from '../../stages/contract.js'
import type { CheckedNode } from '../language/checked.js'
import { liftedNode } from '../language/lifted.js'

/** `block0.filter`, ... as they stand below the node's id; nothing for a stage that asks TensorFlow while it is built. */
export function weightNames(node: CheckedNode, stage: TensorStage): string[] | undefined {
  const names: string[] = []
  const made =
    (prefix: string) =>
    (name: string, shape: readonly number[]): Weight => {
      names.push(prefix + name)
      return { name: prefix + name, shape, trainable: true, read: () => anything as Tensor, assign: () => undefined }
    }
  const scope = (prefix: string): Scope => ({
    within: name => scope(`${prefix}${name}.`),
    weight: made(prefix),
    statistic: made(prefix),
  })
  try {
    const { ports } = liftedNode(node, stage)
    stage.build(node.parameters, ports)({ ...engine, layers: createLayers(engine.operations) }, scope(''))
    return names
  } catch {
    return undefined
  }
}

/** Has every property, and gives itself when it is called. */
const anything: unknown = new Proxy(() => anything, { get: () => anything, apply: () => anything })
const engine = { tf: anything, operations: anything, layers: anything, precision: 'float32' } as Engine
