/** The windows that a table of answers says yes to, as annotations of their recordings. */
import { dirname, resolve } from 'node:path'
import type { Annotation } from '../../data/annotations/annotation.js'
import { cellsOf, classesOf, givenIn, readAnswers } from './answers.js'

/** @throws Problem as `readAnswers` */
export async function yesAnnotations(file: string): Promise<Annotation[]> {
  const table = await readAnswers(file)
  return [...cellsOf(table).values()].flatMap(cells =>
    classesOf(table).flatMap(label => {
      if (givenIn(cells, label)?.answer !== 'yes') return []
      const [start, end] = [Number(cells.get('start')), Number(cells.get('end'))]
      return [{ path: resolve(dirname(file), cells.get('file')!), start, end, label }]
    }),
  )
}
