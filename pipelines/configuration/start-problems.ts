/**
 * What a config begins with, other runs' weights and files of models, compared with its graph as far as it is on this
 * machine: by what headers say, before any sound is read and without TensorFlow.
 */
import { type Problem, problemsIn } from '../../data/problem.js'
import { locateIfThere } from '../../engine/checkpoints/find.js'
import { readWeightShapes } from '../../engine/checkpoints/tensors.js'
import { liftedNode } from '../../graphs/language/lift.js'
import type { SoundGraph } from '../../graphs/language/read-graph.js'
import { type Path, problemAt, spotAt } from '../../graphs/language/tree.js'
import { nodeThatFits, whatFits } from '../../graphs/model/start-weights.js'
import { graphWeightShapes } from '../../graphs/model/weight-shapes.js'
import { type sections, startOf } from './sections.js'

type Config = SoundGraph<typeof sections>

/** What is not there yet may still have to be made: whoever trains tells. */
export const startProblems = async (config: Config): Promise<Problem[]> => [
  ...(await fileProblems(config)),
  ...(await weightsProblems(config)),
]

/** Files that stages read: codebooks, separators. */
async function fileProblems({ graph, document, stages }: Config): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const node of graph.nodes) {
    const stage = stages.get(node.stage)
    const there = Object.values(node.content ?? {}).flat()
    if (!stage || stage.runsIn === 'source' || !stage.fits || there.includes('')) continue
    const work = () => stage.fits!(node.parameters, liftedNode(node, stage).ports)
    problems.push(...(await problemsOf(document, ['nodes', node.id], work)))
  }
  return problems
}

/** `weights` of nodes, and `train.from`. */
async function weightsProblems({ graph, document, stages }: Config): Promise<Problem[]> {
  const problems: Problem[] = []
  const from = startOf(document.sections.train?.from)
  const starts = graph.nodes.flatMap(({ id, weights }) => (weights ? [{ id, ...weights }] : []))
  if (!from && starts.length === 0) return problems
  const { shapes, untold } = graphWeightShapes(graph, stages)
  for (const { id, run, node } of starts)
    problems.push(
      ...(await problemsOf(document, ['nodes', id, 'weights'], () => {
        const found = locateIfThere(run)
        if (!found || untold.includes(id)) return
        nodeThatFits(shapes, readWeightShapes(found.file), { id, checkpoint: found.file, node })
      })),
    )
  if (from && untold.length === 0)
    problems.push(
      ...(await problemsOf(document, ['train', 'from'], () => {
        const found = locateIfThere(from.run)
        if (found) whatFits(shapes, readWeightShapes(found.file), found.file, from.as)
      })),
    )
  return problems
}

/** What some work finds wrong, told at a path of the document. */
async function problemsOf({ tree }: Config['document'], path: Path, work: () => unknown): Promise<Problem[]> {
  try {
    await work()
    return []
  } catch (error) {
    const found = problemsIn(error)
    if (!found) throw error
    return found.map(({ code, message, hint }) => problemAt(code, spotAt(tree, path), path, message, hint))
  }
}
