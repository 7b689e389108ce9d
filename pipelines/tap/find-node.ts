/** Which node a name stands for, and what leaves it. */
import { Problem } from '../../data/problem.js'
import type { CheckedGraph } from '../../graphs/language/checked.js'
import { suggestion } from '../../graphs/language/nearest-name.js'
import { describePort, type Lane, type Port } from '../../stages/ports.js'
import type { Tapped } from './exhibits.js'

/**
 * The node, or one side of the pair that it gives: `near`, `near.a`.
 *
 * @throws Problem `unknown-node`, `no-such-lane`; `not-tappable` for what works on batches
 */
export function findNode(graph: CheckedGraph, name: string): Tapped {
  const whole = graph.nodes.find(({ id }) => id === name)
  const [, id, lane] = /^(.+)\.([ab])$/.exec(name) ?? []
  const node = whole ?? graph.nodes.find(node => node.id === id)
  const names = graph.nodes.filter(({ place }) => place === 'source' || place === 'item').map(({ id }) => id)
  if (!node) throw new Problem('unknown-node', `The graph has no node '${name}'. ${suggestion(name, names, 99)}`.trim())
  if (!names.includes(node.id)) {
    const [input] = Object.values(node.inputs)
    const words = `'${name}' works on batches (${describePort(node.out)}); what can be tapped flows clip by clip.`
    throw new Problem('not-tappable', words, {
      hint: node.place === 'batch' && input ? `What it gathers: ${input.node}.` : `There are: ${names.join(', ')}.`,
    })
  }
  if (whole) return { node }
  if (node.out.kind === 'pair') return { node, lane: lane as Lane }
  throw new Problem('no-such-lane', `'${id}' gives ${describePort(node.out)}, which has no side '${lane}'.`)
}

export function portOf({ node, lane }: Tapped): Port {
  return lane && node.out.kind === 'pair' ? node.out.of : node.out
}
