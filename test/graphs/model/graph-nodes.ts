/** Nodes of the tensor part of a graph as the checker leaves them, for tests that build models without a file. */
import type { CheckedNode } from '../../../graphs/language/checked.js'
import { fitOf, laneOf, liftedOver, seenOf } from '../../../graphs/language/lift.js'
import type { Stage, TensorStage } from '../../../stages/contract.js'
import type { Port } from '../../../stages/ports.js'

/** What a batch node gathers. */
export function batchNode(id: string, size: number, of: Port): CheckedNode {
  const out: Port = { kind: 'batch', of, size }
  return {
    id,
    stage: 'batch',
    place: 'batch',
    parameters: {},
    inputs: {},
    lifted: false,
    draws: 'separate',
    joint: false,
    out,
  }
}

/** @param from nodes read, by in-port */
export function tensorNode(
  stages: ReadonlyMap<string, Stage>,
  id: string,
  stage: string,
  from: Record<string, CheckedNode>,
  parameters: object = {},
  more: Partial<CheckedNode> = {},
): CheckedNode {
  const found = stages.get(stage) as TensorStage
  const filled = found.parameters.parse(parameters)
  const accepts = (name: string) => found.in[name]!.accepts
  const inputs = Object.entries(from)
  const over = inputs.find(([name, { out }]) => fitOf(out, accepts(name)) === 'lifted')?.[1].out
  const seen = Object.fromEntries(inputs.map(([name, { out }]) => [name, seenOf(out, accepts(name))]))
  const out = found.out(seen, filled)
  return {
    id,
    stage,
    place: 'tensor',
    parameters: filled,
    inputs: Object.fromEntries(inputs.map(([name, node]) => [name, { node: node.id, bank: false, port: node.out }])),
    lifted: over !== undefined && laneOf(over) !== undefined,
    draws: 'separate',
    joint: false,
    out: over ? liftedOver(over, out) : out,
    ...more,
  }
}
