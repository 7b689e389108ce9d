/**
 * What goes on along each edge of a graph while it streams. Items stand in line at three stops: for a thread of the pool,
 * for the rest of their batch, and for the trainer. Between the nodes of one thread they are handed on at once.
 */
import type { CheckedGraph, CheckedNode } from '../language/checked.js'

export interface EdgeFigures {
  /** Items that have come through. */
  items: number
  /** Items a second since the stream began. */
  rate: number
  /** Items on this edge now. Those that threads are working on count at every edge between their nodes. */
  inFlight: number
  /** Of these, those that stand in line. */
  queued: number
  /** Mean seconds that an item stood in line. */
  wait: number
}

/** What an edge waits for. */
export type StopName = 'thread' | 'batch' | 'trainer'

/** A place where items stand in line. */
export class Stop {
  inside = 0
  /** Items that have left, and milliseconds that they had stood in line. */
  #left = 0
  #waited = 0

  enter(items: number): void {
    this.inside += items
  }

  leave(items: number, waited: number): void {
    this.inside -= items
    this.#left += items
    this.#waited += Math.max(0, waited)
  }

  /** Items that left otherwise: dropped, or let go. */
  lose(items: number): void {
    this.inside -= items
  }

  get items(): number {
    return this.#left
  }

  /** Mean seconds. */
  get wait(): number {
    return this.#left === 0 ? 0 : this.#waited / this.#left / 1000
  }
}

export interface EdgeState {
  stops: Readonly<Record<StopName, Stop>>
  /** Items that no thread has begun. */
  waiting: number
  /** Items in batches that the trainer has not begun. */
  ready: number
  /** How often each node has run, and each bank was read (`node.port`). */
  runs: Readonly<Record<string, number>>
  /** Seconds since the stream began. */
  elapsed: number
}

/**
 * Figures by edge, as the language writes it: `near.a -> view`, `mel -> mixed.backgrounds`. Edges above a cached node
 * are left out (nothing flows there any more), and those between tensors.
 */
export function edgeFigures(graph: CheckedGraph, state: EdgeState): Record<string, EdgeFigures> {
  const places = new Map(graph.nodes.map(({ id, place }) => [id, place]))
  const edges: Record<string, EdgeFigures> = {}
  for (const node of graph.nodes) {
    for (const [port, { node: from, lane, bank }] of Object.entries(node.inputs)) {
      const figures = bank
        ? passing(state.runs[`${node.id}.${port}`] ?? 0, 0)
        : figuresAt(node, places.get(from)!, state)
      if (!figures) continue
      const to = port === Object.keys(node.inputs)[0] ? node.id : `${node.id}.${port}`
      const rate = state.elapsed > 0 ? figures.items / state.elapsed : 0
      edges[`${lane ? `${from}.${lane}` : from} -> ${to}`] = { ...figures, rate }
    }
  }
  return edges
}

function figuresAt({ id, place }: CheckedNode, from: CheckedNode['place'], state: EdgeState) {
  const { stops, waiting, ready, runs } = state
  const { thread, batch, trainer } = stops
  if (from === 'source') return { items: thread.items, inFlight: waiting, queued: waiting, wait: thread.wait }
  if (from === 'batch') return { items: trainer.items, inFlight: trainer.inside, queued: ready, wait: trainer.wait }
  if (place === 'batch') return { items: batch.items, inFlight: batch.inside, queued: batch.inside, wait: batch.wait }
  if (place === 'item' && runs[id]) return passing(runs[id], thread.inside - waiting)
  return undefined
}

const passing = (items: number, inFlight: number) => ({ items, inFlight, queued: 0, wait: 0 })
