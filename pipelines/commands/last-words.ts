/** What a process says that ends because of an error. */
import { Problem, Problems } from '../../data/problem.js'
import { systemProblem } from '../../data/system-problem.js'

const REPORT = `
This is a mistake in Earshot. Please report it, where you have got Earshot from, with the lines above, your command and
what ./earshot doctor says.`

/** Sentences about what a person can mend; of anything else all that helps to find it. */
export async function lastWords(error: unknown): Promise<string> {
  const problem = error instanceof Problem || error instanceof Problems ? error : systemProblem(error)
  if (!problem) return `${error instanceof Error ? error.stack : String(error)}\n${REPORT}\n`
  const { renderProblem } = await import('../../graphs/language/render-problem.js')
  const problems = problem instanceof Problems ? problem.problems : [problem]
  return `${problems.map(renderProblem).join('\n\n')}\n`
}
