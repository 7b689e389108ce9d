/** A new run that starts from the weights of another one: what of them fits is taken, and all of it is told. */
import { Problem } from '../../data/problem.js'
import { nodeOfWeight, type State, type Weights } from '../../engine/weights.js'

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
 * @throws Problem `nothing-taken` if no node with weights fits; no weight is changed then
 */
export function takeWeights(weights: Weights, saved: State, checkpoint: string): Taken {
  const here = weights.state()
  const fresh = Object.fromEntries(
    nodesOf(here).flatMap(node => {
      const why = misfit(node, here, saved)
      return why === undefined ? [] : [[node, why]]
    }),
  )
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
  const from = (name: string) => (taken.includes(nodeOfWeight(name)) ? saved.get(name)! : here.get(name)!)
  weights.load(new Map([...here.keys()].map(name => [name, from(name)])))
  return { taken, fresh, unused: nodesOf(saved).filter(node => !taken.includes(node)) }
}

/** Why the weights of a node are not those of the checkpoint; nothing if they are. */
function misfit(node: string, here: State, saved: State): string | undefined {
  const wanted = [...here.keys()].filter(name => nodeOfWeight(name) === node)
  const there = [...saved.keys()].filter(name => nodeOfWeight(name) === node)
  if (there.length === 0) return 'not in the checkpoint'
  const missing = wanted.find(name => !saved.has(name))
  if (missing !== undefined) return `${missing} is not there`
  const extra = there.find(name => !here.has(name))
  if (extra !== undefined) return `${extra} is there, and not here`
  const other = wanted.find(name => saved.get(name)!.shape.join() !== here.get(name)!.shape.join())
  return other && `${other} is [${sides(saved, other)}] there, and [${sides(here, other)}] here`
}

const sides = (state: State, name: string) => state.get(name)!.shape.join(' x ')
const nodesOf = (state: State) => [...new Set([...state.keys()].map(nodeOfWeight))]

/** What people are told: a line a matter. */
export function takenText({ taken, fresh, unused }: Taken, checkpoint: string): string {
  const afresh = Object.entries(fresh).map(([node, why]) => `${node} (${why})`)
  return [
    `From ${checkpoint}: ${taken.join(', ')}.`,
    ...(afresh.length > 0 ? [`Starting afresh: ${afresh.join(', ')}.`] : []),
    ...(unused.length > 0 ? [`Left unused: ${unused.join(', ')}.`] : []),
  ].join('\n')
}
