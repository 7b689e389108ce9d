import { Problem } from '../problem.js'

/** More shards than anybody has: a range written wrongly. */
const MOST = 1_000_000

/**
 * Paths as a shell expands them: `{000..012}` counts, with as many digits as its ends have, and `{train,test}` lists.
 * The last braces turn fastest. Text without such braces stays as it is.
 *
 * @throws Problem `too-many-shards`
 */
export function expandBraces(text: string): string[] {
  const [braces, first, last, list] = /\{(?:(\d+)\.\.(\d+)|([^{}]*,[^{}]*))\}/.exec(text) ?? []
  if (braces === undefined) return [text]
  const [before, after] = [text.slice(0, text.indexOf(braces)), text.slice(text.indexOf(braces) + braces.length)]
  const turns = list === undefined ? numbers(first!, last!) : list.split(',')
  const rest = expandBraces(after)
  return turns.flatMap(turn => rest.map(tail => before + turn + tail))
}

function numbers(first: string, last: string): string[] {
  const step = Number(first) <= Number(last) ? 1 : -1
  const padded = [first, last].some(text => text.length > 1 && text.startsWith('0'))
  const digits = padded ? Math.max(first.length, last.length) : 0
  const count = Math.abs(Number(last) - Number(first)) + 1
  if (count > MOST)
    throw new Problem('too-many-shards', `{${first}..${last}} stands for ${count} paths: at most ${MOST} are read.`)
  return Array.from({ length: count }, (_, i) => `${Number(first) + step * i}`.padStart(digits, '0'))
}
