/** Options as a schema has them, on the command line and from TypeScript; what does not fit is said in sentences. */
import type { z } from 'zod'
import { nearestName } from '../../data/nearest-name.js'
import { Problem, Problems } from '../../data/problem.js'
import { parametersOf } from '../../graphs/language/parameters.js'
import { type Issue, sentence } from '../../graphs/language/sentences.js'

/**
 * What a schema makes of options.
 *
 * @param nameOf what an option is called where it was written
 * @param written the options as they were written, for the sentences
 * @throws Problem or Problems `bad-option`, one for each value that does not fit
 */
export function demandOptions<S extends z.ZodObject>(
  takes: S,
  given: unknown,
  nameOf = (option: string) => option,
  written = given,
): z.output<S> {
  const result = takes.safeParse(given)
  if (result.success) return result.data
  const parameters = parametersOf(takes)
  const names = parameters.map(({ name }) => name)
  const said = (issue: Issue): string[] => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownOption(key, names))
    const value = issue.path.reduce(
      (here, step) => (here as Record<PropertyKey, unknown> | undefined)?.[step],
      written as unknown,
    )
    const name = issue.path.length === 0 ? 'The options' : nameOf(String(issue.path[0]))
    const doc = issue.path.length === 1 ? parameters.find(parameter => parameter.name === issue.path[0]) : undefined
    return [sentence(issue, name, value, doc)]
  }
  const problems = result.error.issues.flatMap(said).map(text => new Problem('bad-option', text))
  throw problems.length === 1 ? problems[0] : new Problems(problems)
}

function unknownOption(name: string, names: readonly string[]): string {
  const near = nearestName(name, names)
  return `There is no option '${name}'. ${near ? `Did you mean '${near}'?` : `There are: ${names.join(', ')}.`}`
}
