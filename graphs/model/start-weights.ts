/** A new run that starts from the weights of another one: what of them fits is taken, and all of it is told. */

import { suggestion } from '../../data/nearest-name.js'
import { Problem } from '../../data/problem.js'
import { isOfAdapter } from '../../engine/low-rank.js'
import { nodeOfWeight, type Shapes, type State, type Weights } from '../../engine/weights.js'

/** By node of the checkpoint: the node or nodes that it becomes. */
export type Renamed = Readonly<Record<string, string | readonly string[]>>

/** By node id. */
export interface Taken {
  /** Nodes that start from the weights of the checkpoint. */
  taken: string[]
  /** Nodes that start afresh, and why: `classifier.weight is [128 x 20] there, and [128 x 14] here`. */
  fresh: Record<string, string>
  /** Nodes of the checkpoint that this graph does not use. */
  unused: string[]
}

/**
 * Loads what fits, node by node: the weights of a node are taken if all of them are there, with the same names and
 * shapes. Part of a node is never taken: half an encoder is worth no more than none.
 *
 * @param checkpoint for messages
 * @param as nodes of the checkpoint and what they become here; these have to fit
 * @throws Problem `nothing-taken` if no node with weights fits, or one of `as` does not; no weight is changed then
 */
export function takeWeights(weights: Weights, there: State, checkpoint: string, as: Renamed = {}): Taken {
  const here = weights.state()
  const found = whatFits(here, there, checkpoint, as)
  const saved = renamed(there, as)
  const from = (name: string) => (found.taken.includes(nodeOfWeight(name)) && saved.get(name)) || here.get(name)!
  weights.load(new Map([...here.keys()].map(name => [name, from(name)])))
  return found
}

/** What `takeWeights` takes, told by the shapes alone. @throws Problem as `takeWeights` */
export function whatFits(here: Shapes, there: Shapes, checkpoint: string, as: Renamed): Taken {
  for (const node of Object.keys(as))
    if (!nodesOf(there).includes(node)) {
      const message = `${checkpoint} has no node '${node}' (train.from.as). ${suggestion(node, nodesOf(there), 20)}`
      throw new Problem('nothing-taken', message.trimEnd())
    }
  const saved = renamed(there, as)
  const fresh = Object.fromEntries(
    nodesOf(here).flatMap(node => {
      const why = misfit(node, here, saved)
      return why === undefined ? [] : [[node, why]]
    }),
  )
  for (const [node, wanted] of Object.entries(as))
    for (const one of [wanted].flat()) {
      const why = nodesOf(here).includes(one) ? fresh[one] : 'it has no weights here'
      if (why === undefined) continue
      throw new Problem('nothing-taken', `'${node}' of ${checkpoint} cannot become '${one}': ${why}.`)
    }
  const taken = nodesOf(here).filter(node => !(node in fresh))
  if (taken.length === 0) {
    const reasons = Object.entries(fresh).map(([node, why]) => `'${node}' (${why})`)
    throw new Problem(
      'nothing-taken',
      `Nothing in ${checkpoint} fits this graph: ${reasons.join(', ') || 'no weights'}.`,
      {
        hint: `Nodes are matched by their ids; the checkpoint has ${nodesOf(saved).join(', ')}. Encoders need the same stage and parameters.`,
      },
    )
  }
  const used = (node: string) => [as[node] ?? node].flat().some(one => taken.includes(one))
  return { taken, fresh, unused: nodesOf(there).filter(node => !used(node)) }
}

/** A node, and the node of a checkpoint whose weights it starts from; if absent that of the same id, or the only one that fits. */
interface Asked {
  id: string
  checkpoint: string
  node?: string | undefined
}

/**
 * The weights of one node from those of a node of a checkpoint.
 *
 * @throws Problem `nothing-taken` if there is none, or several fit; no weight is changed then
 */
export function takeNode(weights: Weights, there: State, asked: Asked): void {
  const here = weights.state()
  const { id } = asked
  const saved = renamed(there, { [nodeThatFits(here, there, asked)]: id })
  const from = (name: string) => (nodeOfWeight(name) === id && saved.get(name)) || here.get(name)!
  weights.load(new Map([...here.keys()].map(name => [name, from(name)])))
}

/** The node that `takeNode` takes, told by the shapes alone. @throws Problem as `takeNode` */
export function nodeThatFits(here: Shapes, there: Shapes, { id, checkpoint, node }: Asked): string {
  const nodes = nodesOf(there)
  const misfitOf = (one: string) => misfit(id, here, renamed(there, { [one]: id }))
  const among = node === undefined ? (nodes.includes(id) ? [id] : nodes) : [node]
  const fitting = among.filter(one => nodes.includes(one) && misfitOf(one) === undefined)
  const [found, ...others] = fitting
  if (found !== undefined && others.length === 0) return found
  const why =
    found !== undefined
      ? `${fitting.join(' and ')} fit: name one, as in { run: ..., node: ${found} }.`
      : among.length === 1 && nodes.includes(among[0]!)
        ? `'${among[0]}' does not fit: ${misfitOf(among[0]!)}.`
        : `it has no node that fits. ${node === undefined ? `There are ${nodes.join(', ')}.` : suggestion(node, nodes, 20)}`
  throw new Problem('nothing-taken', `'${id}' cannot start from ${checkpoint} (weights): ${why}`.trimEnd())
}

/** Its nodes under other names; a name that is given away is nobody else's. */
function renamed<One>(state: ReadonlyMap<string, One>, as: Renamed): Map<string, One> {
  const given = new Set(Object.values(as).flat())
  return new Map(
    [...state].flatMap(([name, tensor]) => {
      const node = nodeOfWeight(name)
      const names = as[node] ?? (given.has(node) ? [] : node)
      return [names].flat().map(one => [one + name.slice(node.length), tensor] as const)
    }),
  )
}

/** Why the weights of a node are not those of the checkpoint; nothing if they are. Adapters start afresh in any case. */
function misfit(node: string, here: Shapes, saved: Shapes): string | undefined {
  const wanted = [...here.keys()].filter(name => nodeOfWeight(name) === node && !isOfAdapter(name))
  const there = [...saved.keys()].filter(name => nodeOfWeight(name) === node)
  if (there.length === 0) return 'not in the checkpoint'
  const missing = wanted.find(name => !saved.has(name))
  if (missing !== undefined) return `${missing} is not there`
  const extra = there.find(name => !here.has(name))
  if (extra !== undefined) return `${extra} is there, and not here`
  const other = wanted.find(name => saved.get(name)!.shape.join() !== here.get(name)!.shape.join())
  return other && `${other} is [${sides(saved, other)}] there, and [${sides(here, other)}] here`
}

const sides = (state: Shapes, name: string) => state.get(name)!.shape.join(' x ')
const nodesOf = (state: Shapes) => [...new Set([...state.keys()].map(nodeOfWeight))]

/** What people are told: a line a matter. */
export function takenText({ taken, fresh, unused }: Taken, checkpoint: string): string {
  const afresh = Object.entries(fresh).map(([node, why]) => `${node} (${why})`)
  return [
    `From ${checkpoint}: ${taken.join(', ')}.`,
    ...(afresh.length > 0 ? [`Starting afresh: ${afresh.join(', ')}.`] : []),
    ...(unused.length > 0 ? [`Left unused: ${unused.join(', ')}.`] : []),
  ].join('\n')
}
