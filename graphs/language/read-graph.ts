/** From a file to a checked graph: everything that is known before any sound is opened. */
import { Problem } from '../../data/problem.js'
import { loadStages, stagesNamed } from '../../stages/registry.js'
import { checkGraph } from './check.js'
import type { CheckedGraph } from './checked.js'
import { type Document, type ReadOptions, readDocument, type Sections, type StageLoader } from './document.js'
import { withFoundFiles } from './named-files.js'
import type { StageBook } from './own-stages.js'
import type { Use } from './sub-graph-file.js'
import type { Stages } from './wired.js'

export type { Document, Sections } from './document.js'
export type { Edit } from './edits.js'
export type { ReadOptions }

/** Problems told at once. */
const MOST = 100

export interface ReadGraphOptions<S extends Sections = Sections> extends ReadOptions<S> {
  /** What must hold of sections and graph together; asked once both are sound by themselves. */
  rule?: (read: SoundGraph<S>) => readonly Problem[] | Promise<readonly Problem[]>
}

export interface SoundGraph<S extends Sections = Sections> {
  graph: CheckedGraph
  document: Document<S>
  stages: Stages
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

/**
 * Reads and checks a document against `stages`, or against those that are installed, of which it loads what the document
 * names; what the document lists under `stages` is loaded besides, which runs that code.
 */
export async function readGraph<S extends Sections>(
  file: string,
  options: ReadGraphOptions<S> = {},
): Promise<ReadGraph<S>> {
  if (options.stages) return read(file, options)
  const stages: StageLoader = named => (named ? stagesNamed(named) : loadStages())
  const found = await read(file, { ...options, stages })
  // which stage was meant, or fits, is told of all that there are
  return found.problems.length === 0 ? found : read(file, { ...options, stages: await loadStages() })
}

async function read<S extends Sections>(file: string, options: ReadGraphOptions<S>): Promise<ReadGraph<S>> {
  const { document, problems, book } = await readDocument(file, options)
  const { stages } = book
  if (!document) return { problems, stages }
  const written = checkGraph(document.tree, book, problems)
  const checked = written && { ...written, nodes: written.nodes.map(node => withFoundFiles(node, stages)) }
  if (checked && problems.length === 0 && options.rule)
    problems.push(...(await options.rule({ graph: checked, document, stages })))
  const told = sorted(problems, document)
  return { document, problems: told, stages, ...(checked ? { graph: withOwnStages(checked, book) } : {}) }
}

function withOwnStages({ nodes }: CheckedGraph, { own }: StageBook): CheckedGraph {
  if (own.size === 0) return { nodes }
  const marked = nodes.map(node => {
    const hash = own.get(node.stage)?.hash
    return hash === undefined ? node : { ...node, code: hash }
  })
  return { nodes: marked, stageFiles: [...own.values()].map(({ file }) => file) }
}

/** A problem inside a sub-graph says also who uses it. */
function withUse(problem: Problem, uses: readonly Use[]): Problem {
  const { place } = problem
  if (!place) return problem
  const inside = uses.filter(({ spot, files }) => files.includes(place.file) && spot.file !== place.file)
  const use = inside.find(({ id }) => place.path?.startsWith(`nodes.${id}/`)) ?? inside[0]
  if (!use) return problem
  const { file, line } = use.spot
  const used = `Used as '${use.id}' in ${file}${line === undefined ? '' : `:${line}`}.`
  const hint = problem.hint === undefined ? used : `${problem.hint}\n${used}`
  return new Problem(problem.code, problem.message, { place, hint, cause: problem.cause })
}

/** In the order of the files, one for each place: a second one there is mostly an echo of the first. */
function sorted(problems: Problem[], { files, uses }: Document): Problem[] {
  const told = new Map<string, Problem>()
  const parts = new Set(uses.flatMap(({ files }) => files))
  for (const problem of problems) {
    const { file, line, column, path } = problem.place ?? {}
    const used = file !== undefined && parts.has(file) // a file used twice has its mistakes once
    const key = JSON.stringify([file, line, column, used ? problem.code : path])
    if (!told.has(key)) told.set(key, problem)
  }
  const place = ({ place }: Problem) =>
    [files.indexOf(place?.file ?? ''), place?.line ?? 0, place?.column ?? 0] as const
  const inOrder = [...told.values()]
    .map(problem => ({ problem, at: place(problem) }))
    .sort(({ at: one }, { at: other }) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2])
    .map(({ problem }) => problem)
  const first = inOrder.slice(0, MOST).map(problem => withUse(problem, uses))
  if (inOrder.length <= MOST) return first
  return [...first, new Problem('many-problems', `There are ${inOrder.length - MOST} more problems.`)]
}
