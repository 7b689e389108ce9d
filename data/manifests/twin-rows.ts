import { resolve } from 'node:path'
import type { Problem } from '../problem.js'
import { tableProblem } from './rows.js'

/** Rows that name the same clip again. */
export class TwinRows {
  readonly #lines = new Map<string, number>()
  #first: { id: string; line: number; known: number } | undefined
  #count = 0

  /** @param folder that paths of the table start from */
  constructor(
    private readonly table: string,
    private readonly folder: string,
  ) {}

  add({ id, line }: { id: string; line: number }): void {
    const path = resolve(this.folder, id)
    const known = this.#lines.get(path)
    if (known === undefined) this.#lines.set(path, line)
    else {
      this.#first ??= { id, line, known }
      this.#count++
    }
  }

  /** One for all. */
  problem(): Problem | undefined {
    if (!this.#first) return undefined
    const { id, line, known } = this.#first
    const more = this.#count > 1 ? `; ${this.#count - 1} more rows name a clip again` : ''
    return tableProblem(
      'duplicate-clip',
      `'${id}' stands on line ${known} already${more}`,
      this.table,
      line,
      "Each clip has one row. Several labels of a clip stand in one cell, 'tone;loud', and are read with separator ';'.",
    )
  }
}
