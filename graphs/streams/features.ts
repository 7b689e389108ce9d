/** The name of a cached node's result for one clip: the same work on the same sound has the same key, whatever its id. */
import { hash } from 'node:crypto'
import { FRONT_END_VERSION } from '../../stages/audio/front-end-version.js'
import type { Clip } from '../../stages/values.js'
import type { CheckedGraph, CheckedNode } from '../language/checked.js'

/** To be raised when a stage's numbers change although its parameters do not: every cached feature is then made anew. */
const FORMAT = 1

/**
 * Key of a draw-free node's value for a clip: stages and parameters of the node and of all that it reads, the content
 * of the audio file, and the stretch of it. Ids of nodes and the order of clips do not enter.
 *
 * @param contentHash hash of the clip's file
 * @returns hex
 */
export function featureKey(
  graph: CheckedGraph,
  nodeId: string,
  contentHash: string,
  { start, end }: Pick<Clip, 'start' | 'end'>,
): string {
  const key = [nodeWork(graph, nodeId), contentHash, start ?? '', end ?? ''].join('\u0000')
  return hash('sha256', key)
}

const worksOfGraphs = new WeakMap<CheckedGraph, Map<string, string>>()

/** Hash of what a node does, from the clip on; computed once a graph. */
function nodeWork(graph: CheckedGraph, id: string): string {
  let works = worksOfGraphs.get(graph)
  if (!works) {
    works = new Map()
    for (const node of graph.nodes) works.set(node.id, workOf(node, works))
    worksOfGraphs.set(graph, works)
  }
  const work = works.get(id)
  if (work === undefined) throw new RangeError(`the graph has no node '${id}'`)
  return work
}

function workOf(node: CheckedNode, above: ReadonlyMap<string, string>): string {
  if (node.place === 'source') return 'clip' // a source decides which clips come, not what is in them
  const inputs = Object.entries(node.inputs).map(([port, { node, lane, bank }]) => [port, above.get(node), lane, bank])
  const work = [
    FORMAT,
    FRONT_END_VERSION,
    node.stage,
    ...(node.code === undefined ? [] : [node.code]), // other code may make other features
    { ...node.parameters, ...node.content },
    Object.fromEntries(inputs.map(([port, ...rest]) => [port, rest])),
  ]
  return hash('sha256', canonical(work))
}

/** JSON with the keys of every map in order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
