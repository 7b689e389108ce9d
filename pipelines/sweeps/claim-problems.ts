/** Claims that no sweep can answer: names that are not there, an arm against itself. */
import type { Problem } from '../../data/problem.js'
import { suggestion } from '../../graphs/language/nearest-name.js'
import { problemAt } from '../../graphs/language/tree.js'
import type { SweepFile } from './sweep-file.js'

/** @param arms all of them, also those of grid and random */
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
