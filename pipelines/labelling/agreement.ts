/** Two people's answers beside each other. */
import { type Answer, answeredRows, byWindow, type Cells, classesOf, givenIn, readAnswers } from './answers.js'

export interface Agreement {
  class: string
  /** Windows that both answered with yes or no, and those of them on which they agree. */
  both: number
  agree: number
  /** Cohen's kappa (Educational and Psychological Measurement 20, 1960); undefined where chance alone would agree on all. */
  kappa: number | undefined
  /** Where they differ. */
  differ: { file: string; start: string; end: string; one: Answer; other: Answer }[]
}

/** For each class that both tables have. @throws Problem as `readAnswers` */
export async function agreement(one: string, other: string): Promise<Agreement[]> {
  const tables = await Promise.all([readAnswers(one), readAnswers(other)])
  const [mine, theirs] = tables.map(table => byWindow(answeredRows(table))) as [Map<string, Cells>, Map<string, Cells>]
  const [classes, others] = tables.map(classesOf) as [string[], string[]]
  return classes.filter(name => others.includes(name)).map(name => compared(name, mine, theirs))
}

function compared(name: string, mine: Map<string, Cells>, theirs: Map<string, Cells>): Agreement {
  const told = (cells: Cells | undefined) => {
    const answer = cells && givenIn(cells, name)?.answer
    return answer === 'skip' ? undefined : answer
  }
  const pairs = [...mine].flatMap(([window, cells]) => {
    const [one, other] = [told(cells), told(theirs.get(window))]
    return one && other ? [{ cells, one, other }] : []
  })
  const share = (holds: (pair: (typeof pairs)[number]) => boolean) =>
    pairs.filter(holds).length / Math.max(1, pairs.length)
  const observed = share(({ one, other }) => one === other)
  const [yes, yesToo] = [share(({ one }) => one === 'yes'), share(({ other }) => other === 'yes')]
  const chance = yes * yesToo + (1 - yes) * (1 - yesToo)
  return {
    class: name,
    both: pairs.length,
    agree: pairs.filter(({ one, other }) => one === other).length,
    kappa: pairs.length > 0 && chance < 1 ? (observed - chance) / (1 - chance) : undefined,
    differ: pairs.flatMap(({ cells, one, other }) => {
      const [file, start, end] = ['file', 'start', 'end'].map(column => cells.get(column)!) as [string, string, string]
      return one === other ? [] : [{ file, start, end, one, other }]
    }),
  }
}
