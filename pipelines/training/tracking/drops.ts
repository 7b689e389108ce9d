/** Draws of clips that came to nothing while streaming: kept in `skipped.jsonl`, counted, and too many of them stop a run. */
import { existsSync } from 'node:fs'
import { readJsonLinesWhole } from '../../../data/json-file.js'
import { Problem } from '../../../data/problem.js'
import type { Batch, Dropped } from '../../../graphs/streams/gather.js'
import { plural, wholePercent } from '../../terminal/numbers.js'
import type { RunFolder } from '../run-folder.js'

const FILE = 'skipped.jsonl'

/** Batches that are waited for before a share of draws is judged. */
const ENOUGH = 10

export class Drops {
  /** Reported by the streams, which run ahead; written when training has passed them. */
  #ahead: Dropped[] = []
  /** In this process. */
  #trained = 0
  #dropped = 0
  /** Of the run, also before it was gone on with. */
  #written = 0
  readonly #clips = new Set<string>()
  #first: Dropped | undefined

  /**
   * @param unusable share of the clips that were so from the beginning
   * @param limit on them and on draws that come to nothing together, `train.bad-clips`
   */
  constructor(
    private readonly run: RunFolder,
    private readonly unusable: number,
    private readonly limit: number,
  ) {
    if (!existsSync(run.file(FILE))) return
    for (const entry of readJsonLinesWhole(run.file(FILE)) as Dropped[])
      if (entry.position !== undefined) this.#count(entry) // the others were unusable from the beginning
  }

  add(drop: Dropped): void {
    this.#ahead.push(drop)
  }

  /** Of streams that are begun anew, which will report the same again. */
  forget(): void {
    this.#ahead = []
  }

  /** Training has come to the end of a batch: writes which draws came to nothing before it. @throws Problem `too-many-drops` */
  passed({ cursor: { epoch, position }, items }: Batch): void {
    const isPassed = (drop: Dropped) => drop.epoch < epoch || (drop.epoch === epoch && drop.position < position)
    const passed = this.#ahead.filter(isPassed)
    this.#ahead = this.#ahead.filter(drop => !isPassed(drop))
    for (const drop of passed) this.#write(drop)
    this.#trained += items.length
    this.#dropped += passed.length
    const all = this.#trained + this.#dropped
    const judged = this.#dropped / Math.max(all, ENOUGH * items.length)
    if (this.unusable + (1 - this.unusable) * judged <= this.limit || this.#dropped === 0) return
    throw new Problem(
      'too-many-drops',
      `${wholePercent(this.#dropped / all)} of the draws of clips came to nothing, ${this.#dropped} of ${all}. ${this.#firstInWords()}`,
      {
        hint: `${this.#first?.hint ? `${this.#first.hint} ` : ''}All are listed in ${this.run.file(FILE)}. Mend or leave out these clips, or raise train.bad-clips (now ${this.limit}).`,
      },
    )
  }

  /** What the streams have reported, as training ends in an error: nobody will pass it. */
  writeRest(): void {
    for (const drop of this.#ahead) this.#write(drop)
    this.#ahead = []
  }

  /** A sentence; nothing if all draws could be used. */
  inWords(): string | undefined {
    if (this.#written === 0) return undefined
    const what = `${plural(this.#written, 'draw')} of ${plural(this.#clips.size, 'clip')} came to nothing and ${this.#written === 1 ? 'was' : 'were'} left out`
    return `${what}. ${this.#firstInWords()} ${this.run.file(FILE)} lists them.`
  }

  #write(drop: Dropped): void {
    this.run.append(FILE, drop)
    this.#count(drop)
  }

  #count(drop: Dropped): void {
    this.#written++
    this.#first ??= drop
    this.#clips.add(drop.clip)
  }

  #firstInWords(): string {
    return this.#first ? `The first, ${this.#first.path}: ${this.#first.reason.replace(/\.?$/, '.')}` : ''
  }
}
