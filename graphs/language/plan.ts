/** How far the streams of a graph may run ahead. */
import type { Problem } from '../../data/problem.js'
import type { CheckedGraph } from './checked.js'
import { type Branch, branchAt, problemAt } from './tree.js'

export interface Plan {
  /** Clips alive between source and trainer. */
  window: {
    /** Fewer would wait for ever: a batch is given on only when it is full. */
    smallest: number
    /** What is taken if nothing is said: a batch in training, one waiting, one in the making. */
    usual: number
  }
}

export function planGraph({ nodes }: CheckedGraph): Plan {
  const sizes = nodes.flatMap(({ place, out }) => (place === 'batch' && out.kind === 'batch' ? [out.size] : []))
  const smallest = Math.max(1, ...sizes)
  return { window: { smallest, usual: 3 * smallest } }
}

/** Refuses `streams: { window }` below what the graph needs. */
export function checkWindow(document: Branch, graph: CheckedGraph, problems: Problem[]): void {
  const streams = branchAt(document, 'streams')
  const window = streams?.entries.get('window')?.value
  if (window?.kind !== 'leaf' || typeof window.value !== 'number') return
  const { smallest, usual } = planGraph(graph).window
  if (window.value >= smallest) return
  const message = `A window of ${window.value} clips is below one batch of ${smallest}: the batch could never fill, and the run would wait for ever.`
  const hint = `Write at least ${smallest}; without this line it is ${usual}.`
  problems.push(problemAt('window-too-small', window.spot, ['streams', 'window'], message, hint))
}
