/** From a file to a checked graph: everything that is known before any sound is opened. */
import { Problem } from '../../data/problem.js'
import { loadStages } from '../../stages/registry.js'
import { checkGraph } from './check.js'
import type { CheckedGraph } from './checked.js'
import { type Document, type ReadOptions, readDocument, type Sections } from './document.js'
import { checkWindow } from './plan.js'
import type { Stages } from './wiring.js'

export type { Document, Sections } from './document.js'

/** Problems told at once. */
const MOST = 100

export interface ReadGraphOptions<S extends Sections = Sections> extends ReadOptions<S> {
  /** The stages to check against; all that are installed if absent. */
  stages?: Stages
}

export interface ReadGraph<S extends Sections = Sections> {
  /** There only if nothing is wrong with the nodes; look at `problems` all the same. */
  graph?: CheckedGraph
  /** Absent only if a file cannot be read at all. */
  document?: Document<S>
  /** Every mistake, in the order of the file. */
  problems: Problem[]
  stages: Stages
}

export async function readGraph<S extends Sections>(
  file: string,
  options: ReadGraphOptions<S> = {},
): Promise<ReadGraph<S>> {
  const [{ document, problems }, stages] = await Promise.all([
    readDocument(file, options),
    options.stages ?? loadStages(),
  ])
  if (!document) return { problems, stages }
  const graph = checkGraph(document.tree, stages, problems)
  if (graph) checkWindow(document.tree, graph, problems)
  return { document, problems: sorted(problems, document.files), stages, ...(graph ? { graph } : {}) }
}

/** In the order of the files, one for each place: a second one there is mostly an echo of the first. */
function sorted(problems: Problem[], files: string[]): Problem[] {
  const told = new Map<string, Problem>()
  for (const problem of problems) {
    const { file, line, column, path } = problem.place ?? {}
    const key = JSON.stringify([file, line, column, path])
    if (!told.has(key)) told.set(key, problem)
  }
  const place = ({ place }: Problem) =>
    [files.indexOf(place?.file ?? ''), place?.line ?? 0, place?.column ?? 0] as const
  const inOrder = [...told.values()]
    .map(problem => ({ problem, at: place(problem) }))
    .sort(({ at: one }, { at: other }) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2])
    .map(({ problem }) => problem)
  if (inOrder.length <= MOST) return inOrder
  return [...inOrder.slice(0, MOST), new Problem('many-problems', `There are ${inOrder.length - MOST} more problems.`)]
}
