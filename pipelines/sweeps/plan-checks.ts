/** What is looked at before anything runs: can the claims be answered, are the sounds of the evaluations there? */

import { readClips } from '../../data/manifests.js'
import { suggestion } from '../../data/nearest-name.js'
import { Problem } from '../../data/problem.js'
import { problemAt, type Spot } from '../../graphs/language/tree.js'
import type { SweepFile } from './sweep-file.js'
import type { Evaluation } from './sweep-schema.js'
import { problemsOf } from './variants.js'

/** Names that are not there, an arm against itself. @param arms all of them, also those of grid and random */
export function claimProblems({ written, spotAt }: SweepFile, arms: readonly { name: string }[]): Problem[] {
  const { claims, evaluate } = written
  const names = arms.map(({ name }) => name)
  return Object.entries(claims).flatMap(([claim, { better, than, on }]) => {
    const { best, by } = typeof than === 'object' && 'best' in than ? than : { best: than, by: [] }
    const problem = (key: string, code: string, message: string) => {
      const path = ['claims', claim, key]
      return problemAt(code, spotAt(path), path, message)
    }
    const unknown = (key: string, what: string, named: string | string[], known: readonly string[]) =>
      [named].flat().flatMap(name => {
        if (known.includes(name)) return []
        const message = `There is no ${what} '${name}'. ${suggestion(name, known)}`.trimEnd()
        return [problem(key, `unknown-${what}`, message)]
      })
    const itself = [best].flat().filter(name => [better].flat().includes(name))
    return [
      ...unknown('better', 'arm', better, names),
      ...unknown('than', 'arm', best, names),
      ...unknown('than', 'evaluation', by, Object.keys(evaluate)),
      ...unknown('on', 'evaluation', on, Object.keys(evaluate)),
      ...itself.map(name => problem('than', 'same-arm', `The claim compares arm '${name}' with itself.`)),
    ]
  })
}

/** Labelled sounds that are not there, or lack a column. */
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
    const place = { ...spotOf('set'), path: `evaluate.${name}.set` }
    return problemsOf(error).map(({ code, message, hint }) => new Problem(code, message, { place, hint }))
  }
}
