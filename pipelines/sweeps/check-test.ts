/** Looks at the labelled sounds of an evaluation before anything runs: are they there, have they the columns? */
import { readClips } from '../../data/manifests.js'
import { Problem, Problems } from '../../data/problem.js'
import { suggestion } from '../../graphs/language/nearest-name.js'
import type { Spot } from '../../graphs/language/tree.js'
import type { Evaluation } from './sweep-schema.js'

export async function checkTest(
  name: string,
  { set, label, group }: Evaluation,
  spotOf: (key: string) => Spot,
): Promise<Problem[]> {
  try {
    const { columns } = await readClips(set)
    return Object.entries({ label, group }).flatMap(([key, column]) => {
      if (column === undefined || columns.includes(column)) return []
      const place = { ...spotOf(key), path: `evaluate.${name}.${key}` }
      const known = columns.length === 0 ? 'It has no columns.' : suggestion(column, columns)
      return [new Problem('missing-column', `${set} has no column '${column}'. ${known}`.trimEnd(), { place })]
    })
  } catch (error) {
    const problems = error instanceof Problems ? error.problems : error instanceof Problem ? [error] : undefined
    if (!problems) throw error
    const place = { ...spotOf('set'), path: `evaluate.${name}.set` }
    return problems.map(({ code, message, hint }) => new Problem(code, message, { place, hint }))
  }
}
