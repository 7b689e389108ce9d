/** What a process says that ends because of an error. */
import { Problem, problemsIn } from '../../data/problem.js'
import { systemProblem } from '../../data/system-problem.js'

const REPORT = `
This is a mistake in Earshot. Please report it, where you have got Earshot from, with the lines above, your command and
what ./earshot doctor says.`

/** Sentences about what a person can mend; of anything else all that helps to find it. */
export async function lastWords(error: unknown): Promise<string> {
  const problems = toMend(error)
  if (!problems) return `${error instanceof Error ? error.stack : String(error)}\n${REPORT}\n`
  const { renderProblem } = await import('../../graphs/language/render-problem.js')
  return `${problems.map(renderProblem).join('\n\n')}\n`
}

/** The same for programs, one line: `{ "problems": [{ "code", "message", "hint", "place" }] }`. */
export function lastWordsAsJson(error: unknown): string {
  const mistake = () => new Problem('mistake', error instanceof Error ? error.stack! : String(error))
  const problems = toMend(error) ?? [mistake()]
  return `${JSON.stringify({ problems: problems.map(({ code, message, hint, place }) => ({ code, message, hint, place })) })}\n`
}

function toMend(error: unknown): readonly Problem[] | undefined {
  return problemsIn(error) ?? problemsIn(systemProblem(error))
}
