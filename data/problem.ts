/** The one kind of error that Earshot shows to people: what is wrong, where, and what to do. */
export interface Place {
  file: string
  /** Both from 1. */
  line?: number
  column?: number
  /** How many characters the caret underlines. */
  length?: number
  /** Dotted path inside the file: `nodes.similarity.temperature`. */
  path?: string
}

export class Problem extends Error {
  readonly place: Place | undefined
  readonly hint: string | undefined

  constructor(
    /** Closed set of short names, for tools and tests: `unknown-stage`, `bad-audio`. */
    readonly code: string,
    message: string,
    { place, hint, cause }: { place?: Place | undefined; hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.name = 'Problem'
    this.place = place
    this.hint = hint
  }
}

/** All the problems of a file at once. */
export class Problems extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join('\n'))
    this.name = 'Problems'
  }
}

/** What people can mend of an error; undefined of any other error. */
export function problemsIn(error: unknown): readonly Problem[] | undefined {
  return error instanceof Problems ? error.problems : error instanceof Problem ? [error] : undefined
}

/** The first few of many alike, and how many more there are. @param rest says it of a number: `3 more rows are like these` */
export function firstProblems(problems: readonly Problem[], rest: (more: number) => string, shown = 5): Problems {
  const more = problems.length - shown
  return new Problems([...problems.slice(0, shown), ...(more > 0 ? [new Problem('and-more', rest(more))] : [])])
}

/** Names in a message: the first `most` of them, `a, b, c and 4 more`. */
export const someOf = (names: readonly string[], most: number): string =>
  names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ')
