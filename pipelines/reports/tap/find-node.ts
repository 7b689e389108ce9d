/** The node that a tap shows, by its name. */
import { suggestion } from '../../../data/nearest-name.js'
import { Problem } from '../../../data/problem.js'
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import { laneOf, lanesOf } from '../../../graphs/language/lift.js'
import { describePort, type Port } from '../../../stages/ports.js'
import type { Tapped } from './exhibits.js'

/**
 * The node, or one side of the pair or channel that it gives: `near`, `near.a`, `stems.2`.
 *
 * @throws Problem `unknown-node`, `no-such-lane`
 */
export function findNode(graph: CheckedGraph, name: string): Tapped {
  const whole = graph.nodes.find(({ id }) => id === name)
  const [, id, lane] = /^(.+)\.(a|b|\d+)$/.exec(name) ?? []
  const node = whole ?? graph.nodes.find(node => node.id === id)
  const names = graph.nodes.map(({ id }) => id)
  if (!node) throw new Problem('unknown-node', `The graph has no node '${name}'. ${suggestion(name, names, 99)}`.trim())
  if (whole) return { node }
  if (lane !== undefined && lanesOf(node.out).includes(lane)) return { node, lane }
  throw new Problem('no-such-lane', `'${id}' gives ${describePort(node.out)}, which has no side '${lane}'.`)
}

export function portOf({ node, lane }: Tapped): Port {
  return (lane && laneOf(node.out)) || node.out
}
