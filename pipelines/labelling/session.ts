/** What has been said of the windows of a set, in the order in which it was said; each answer is written before it counts. */
import type { AnswerTable, Given } from './answers.js'
import type { LabelSet } from './windows.js'

export interface Change {
  row: number
  /** Class. */
  name: string
  /** `null` where an answer was taken back. */
  answer: Given['answer'] | null
  reason?: Given['reason']
}

export class Session {
  /** From what the table said at the beginning. */
  readonly changes: Change[] = []
  readonly #undo: { row: number; name: string; before: Given | undefined }[] = []

  constructor(
    private readonly set: LabelSet,
    private readonly table: AnswerTable,
  ) {
    for (const name of table.classes)
      for (const [row, stretch] of set.stretches.entries()) {
        const given = table.get(stretch, name)
        if (given) this.changes.push({ row, name, ...given })
      }
  }

  get classes(): readonly string[] {
    return this.table.classes
  }

  /** @throws Problem as `AnswerTable.set` */
  answer({ row, name, ...given }: { row: number; name: string } & Given): void {
    const before = this.table.get(this.set.stretches[row]!, name)
    this.#keep(row, name, given)
    this.#undo.push({ row, name, before })
  }

  /** Takes the last answer of this session about a class back. @returns its window, if there was one */
  undo(name: string): number | undefined {
    const at = this.#undo.findLastIndex(one => one.name === name)
    if (at < 0) return undefined
    const { row, before } = this.#undo[at]!
    this.#keep(row, name, before)
    this.#undo.splice(at, 1)
    return row
  }

  #keep(row: number, name: string, given: Given | undefined): void {
    this.table.set(this.set.stretches[row]!, name, given)
    this.changes.push(given ? { row, name, ...given } : { row, name, answer: null })
  }
}
