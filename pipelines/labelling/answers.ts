/**
 * The table of answers: a row a window, two columns a class. It is written at once after each answer, whole; rows and
 * columns that are not of this work stay as they are.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import type { Annotation } from '../../data/annotations/annotation.js'
import { numberIn } from '../../data/annotations/stretch-columns.js'
import { type Delimiter, writeDelimited } from '../../data/manifests/delimited.js'
import { mapRows, type Rows, readRows } from '../../data/manifests/rows.js'
import { Problem } from '../../data/problem.js'
import { writeWhole } from '../../data/whole-file.js'
import { tryLock } from '../jobs/process-lock.js'
import type { Drawn } from './check.js'
import type { Reason } from './learner.js'
import type { Stretch } from './windows.js'

export type Answer = 'yes' | 'no' | 'skip'

/** What somebody said of a window, and why it was asked; `chosen`: picked by hand. */
export interface Given {
  answer: Answer
  reason: Reason | Drawn | 'chosen'
}

const FIXED = ['file', 'start', 'end'] as const
/** Column beside that of a class: why a window was asked, or that it was skipped. */
const ASKED = ' (asked)'

export type Cells = Map<string, string>

export class AnswerTable {
  readonly classes: string[]
  /** All of the table, in its order. */
  readonly #rows: Cells[]
  /** The row of each window. */
  readonly #windows: Map<string, Cells>
  readonly #columns: string[]
  readonly #delimiter: Delimiter
  #written: string | undefined

  private constructor(
    readonly file: string,
    table: Rows | undefined,
    classes: readonly string[],
    private readonly release: () => void,
  ) {
    this.#written = contentOf(file)
    const names = table?.names ?? [...FIXED]
    this.classes = [...new Set([...(table ? classesOf(table) : []), ...classes])]
    this.#columns = [...new Set([...names, ...this.classes.flatMap(name => [name, name + ASKED])])]
    this.#delimiter = table?.delimiter ?? ','
    const rows = table ? answeredRows(table) : []
    this.#rows = rows.map(({ cells }) => cells)
    for (const name of classes) this.#demandFree(name)
    this.#windows = byWindow(rows)
  }

  /**
   * Opens a table for one process alone; makes it with the first answer if it is not there.
   *
   * @throws Problem `table-in-use`, `bad-class`, `missing-column`; those of `readRows`
   */
  static async open(file: string, classes: readonly string[]): Promise<AnswerTable> {
    for (const name of classes) demandClass(name)
    const lock = tryLock(`${file}.lock`)
    if ('holder' in lock)
      throw new Problem(
        'table-in-use',
        `${file} is being written by process ${lock.holder.pid} of ${lock.holder.host}.`,
        {
          place: { file },
          hint: 'Go on in the page of that process, or end it first.',
        },
      )
    try {
      const table = existsSync(file) ? await readAnswers(file) : undefined
      return new AnswerTable(file, table, classes, lock.release)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  get(stretch: Pick<Stretch, 'path' | 'start' | 'end'>, name: string): Given | undefined {
    const cells = this.#windows.get(keyOf(stretch))
    return cells && givenIn(cells, name)
  }

  /**
   * Keeps what was said of a window, or takes it back, and writes the table.
   *
   * @throws Problem `table-changed` if somebody else wrote it meanwhile: it stays as it is; those of `writeWhole`
   */
  set(stretch: Pick<Stretch, 'path' | 'start' | 'end'>, name: string, given: Given | undefined): void {
    if (contentOf(this.file) !== this.#written)
      throw new Problem('table-changed', `${this.file} was written by another program meanwhile; it stays as it is.`, {
        place: { file: this.file },
        hint: 'Start again, to go on with what it says now.',
      })
    if (!this.classes.includes(name)) this.#addClass(name)
    const cells = this.#windows.get(keyOf(stretch)) ?? this.#newRow(stretch)
    const before = new Map(cells)
    cells.set(name, given === undefined || given.answer === 'skip' ? '' : given.answer)
    cells.set(name + ASKED, given === undefined ? '' : given.answer === 'skip' ? 'skip' : given.reason)
    const text = this.#text()
    try {
      writeWhole(this.file, text, { flush: true })
    } catch (error) {
      for (const column of [name, name + ASKED]) cells.set(column, before.get(column) ?? '')
      throw error
    }
    this.#written = text
  }

  close(): void {
    this.release()
  }

  #addClass(name: string): void {
    demandClass(name)
    this.#demandFree(name)
    this.classes.push(name)
    this.#columns.push(...[name, name + ASKED].filter(column => !this.#columns.includes(column)))
  }

  /** @throws Problem `bad-class` if answers would be written over what a column of that name holds */
  #demandFree(name: string): void {
    const held = this.#rows.map(cells => cells.get(name) ?? '').find(cell => !['', 'yes', 'no'].includes(cell))
    if (held === undefined) return
    throw new Problem('bad-class', `The column '${name}' of ${this.file} holds '${held}', which is no answer.`, {
      place: { file: this.file },
      hint: 'Name the class otherwise, or another table: answers would be written over what it holds.',
    })
  }

  #newRow(stretch: Pick<Stretch, 'path' | 'start' | 'end'>): Cells {
    const short = relative(dirname(resolve(this.file)), stretch.path)
    const cells = new Map([
      ['file', short.startsWith('..') ? stretch.path : short],
      ['start', String(stretch.start)],
      ['end', String(stretch.end)],
    ])
    this.#rows.push(cells)
    this.#windows.set(keyOf(stretch), cells)
    return cells
  }

  /** Rows about which something is said; one that came with the table stays. */
  #text(): string {
    const said = this.#rows.filter(cells =>
      [...cells].some(([name, text]) => text !== '' && !FIXED.includes(name as 'file')),
    )
    return writeDelimited(
      [this.#columns, ...said.map(cells => this.#columns.map(name => cells.get(name)))],
      this.#delimiter,
    )
  }
}

/** @throws Problem `bad-class` */
function demandClass(name: string): void {
  const fits = name.trim() === name && name !== '' && !FIXED.includes(name as 'file') && !name.endsWith(ASKED)
  if (fits) return
  throw new Problem('bad-class', `'${name}' cannot be the name of a class.`, {
    hint: `It is the name of a column: not empty, no blanks around it, not ${FIXED.join(', ')}.`,
  })
}

/** @throws Problem `missing-column`; those of `readRows` */
export async function readAnswers(file: string): Promise<Rows> {
  const table = await readRows(file)
  const missing = FIXED.find(name => !table.names.includes(name))
  if (missing === undefined) return table
  throw new Problem('missing-column', `${file} has no column '${missing}'.`, {
    place: { file },
    hint: 'A table of answers has the columns file, start and end; name another one.',
  })
}

/** Classes of a table of answers. */
export const classesOf = ({ names }: Rows): string[] => names.filter(name => names.includes(name + ASKED))

export interface AnsweredRow extends Pick<Stretch, 'path' | 'start' | 'end'> {
  cells: Cells
}

/** What each row says, of which window; times that are none are NaN. @throws Problems of rows: `bad-row` */
export function answeredRows(table: Rows): AnsweredRow[] {
  const seconds = (cell: string) => numberIn(cell, table.delimiter === ';') ?? Number.NaN
  return mapRows(table, ({ fields }) => {
    const cells: Cells = new Map(table.names.map((name, at) => [name, fields[at]!]))
    const [path, start, end] = FIXED.map(name => cells.get(name)!) as [string, string, string]
    return { path: resolve(dirname(table.file), path), start: seconds(start), end: seconds(end), cells }
  })
}

/** Cells of each window: of those with several rows, of the last. */
export const byWindow = (rows: readonly AnsweredRow[]): Map<string, Cells> =>
  new Map(rows.map(row => [keyOf(row), row.cells]))

export function givenIn(cells: Cells, name: string): Given | undefined {
  const [answer, reason] = [cells.get(name), cells.get(name + ASKED)]
  if (reason === 'skip') return { answer: 'skip', reason: 'chosen' }
  return answer === 'yes' || answer === 'no' ? { answer, reason: (reason || 'chosen') as Given['reason'] } : undefined
}

/** Milliseconds are near enough: times are written and read as decimals. */
const keyOf = ({ path, start, end }: Pick<Stretch, 'path' | 'start' | 'end'>) =>
  `${path}\u0000${start.toFixed(3)}\u0000${end.toFixed(3)}`

function contentOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** The windows that a table says yes to, as annotations of their recordings. @throws Problem as `readAnswers` */
export async function yesAnnotations(file: string): Promise<Annotation[]> {
  const table = await readAnswers(file)
  return answeredRows(table).flatMap(({ cells, ...stretch }) =>
    classesOf(table).flatMap(label => (givenIn(cells, label)?.answer === 'yes' ? [{ ...stretch, label }] : [])),
  )
}
