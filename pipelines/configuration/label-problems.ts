/**
 * Label columns that a config asks for, and what else its stages need of the clips, compared with the lists of its clips
 * where these are on this machine.
 */
import { existsSync } from 'node:fs'
import type { Windows } from '../../data/annotations/windows.js'
import { suggestion } from '../../data/nearest-name.js'
import { type Problem, Problems, problemsIn } from '../../data/problem.js'
import type { SoundGraph } from '../../graphs/language/read-graph.js'
import { type Path, problemAt, spotAt } from '../../graphs/language/tree.js'
import type { sections } from './sections.js'

/** Lists are read only if something asks for their columns; no sound is opened. */
export async function labelProblems({ graph, document, stages }: SoundGraph<typeof sections>): Promise<Problem[]> {
  const { data, train } = document.sections
  const at = (path: Path, code: string, message: string, hint?: string) =>
    problemAt(code, spotAt(document.tree, path), path, message, hint)
  const problems: Problem[] = []
  const { watch } = train ?? {}
  const watched = watch && (await listOf({ set: watch.set }))
  if (watch && watched)
    for (const name of ['label', 'group'] as const) {
      const column = watch[name]
      if (column === undefined || watched.columns.includes(column)) continue
      const message = `The sounds to watch have no column '${column}'. ${suggestion(column, watched.columns)}`
      problems.push(at(['train', 'watch', name], 'no-column', message.trimEnd()))
    }
  const needed = graph.nodes.some(({ stage: name, parameters }) => {
    const stage = stages.get(name)
    return stage?.clips || stage?.labels?.(parameters).length
  })
  const clips = needed && data ? await listOf(data, row => problems.push(row)) : undefined
  if (clips) {
    const { checkClips, checkLabels } = await import('../../graphs/streams/label-needs.js')
    try {
      checkLabels(graph, stages, clips)
    } catch (error) {
      if (!(error instanceof Problems)) throw error
      problems.push(...error.problems.map(({ code, message, hint }) => at(['data', 'set'], code, message, hint)))
    }
    const found = await checkClips(graph, stages, clips.clips)
    for (const { id, problem } of found.problems) {
      const { code, message, hint, place } = problem
      // a file may still have to be made: whoever trains tells
      if (code !== 'no-embeddings')
        problems.push(at(['nodes', id], code, place ? `${place.file}: ${message}` : message, hint))
    }
  }
  return problems
}

/**
 * Nothing if the list is not on this machine or has faults, which whoever opens its sounds tells.
 *
 * @param tellRow of rows of tables that cannot be read, as of events that end before they begin
 */
async function listOf({ set, ...windows }: { set: string } & Windows, tellRow?: (problem: Problem) => void) {
  if (!existsSync(set)) return undefined
  const { readClips } = await import('../../data/manifests.js')
  return readClips(set, windows).catch(error => {
    const faults = problemsIn(error)
    if (!faults) throw error
    for (const problem of faults) if (['bad-row', 'and-more'].includes(problem.code)) tellRow?.(problem)
    return undefined
  })
}
