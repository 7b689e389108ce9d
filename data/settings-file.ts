/** A YAML file of settings against their schema: all that is wrong with it is told at once, each at its line. */
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { type Place, type Problem, Problems } from './problem.js'

/**
 * @param tell makes a problem of a sentence and its place
 * @param given what is checked of what is written
 * @throws Problems
 */
export function checkedSettings<S extends z.ZodType>(
  { file, text, schema }: { file: string; text: string; schema: S },
  tell: (message: string, place: Required<Omit<Place, 'length'>>) => Problem,
  given: (written: unknown) => unknown = written => written ?? {},
): z.output<S> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const problem = (message: string, offset: number, path = '') => {
    const { line, col } = lines.linePos(offset)
    return tell(path ? `${path}: ${message}` : message, { file, line, column: col, path })
  }
  if (document.errors.length > 0)
    throw new Problems(document.errors.map(error => problem(error.message.split('\n')[0]!, error.pos[0])))
  const read = schema.safeParse(given(document.toJS()))
  if (read.success) return read.data
  throw new Problems(
    read.error.issues.map(({ path, message }) => {
      const node = document.getIn(path as string[], true) as { range?: [number, number, number] } | undefined
      return problem(message, node?.range?.[0] ?? 0, path.join('.'))
    }),
  )
}
