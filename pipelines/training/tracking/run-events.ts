/**
 * TensorBoard's event file of a run, `events/events.out.tfevents.*`. It holds nothing of its own: it follows the run's
 * growing files, and begins anew from them whenever training does, so that after a kill and a resume it tells what they
 * tell, without a step twice.
 */
import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, onDisk } from '../../../data/whole-file.js'
import type { RunFolder } from '../run-folder.js'
import { record, scalarEvent, versionEvent } from './event-records.js'
import { scalarsOf } from './scalars.js'

/** Folder of a run that `tensorboard --logdir` reads. */
export const EVENTS = 'events'

/** `timings.jsonl` first: it says when a step was. */
const FOLLOWED = ['timings.jsonl', 'metrics.jsonl', 'streams.jsonl']

type Line = Record<string, unknown> & { step: number; time?: string }

export class RunEvents {
  readonly #file: string
  readonly #read = new Map<string, number>()

  /** An event file that was there is begun anew. */
  constructor(private readonly run: RunFolder) {
    const folder = run.file(EVENTS)
    rmSync(folder, { recursive: true, force: true })
    makeFolder(folder)
    const seconds = Date.now() / 1000
    this.#file = join(folder, `events.out.tfevents.${Math.floor(seconds)}.earshot`)
    this.#append(record(versionEvent(seconds)))
    this.catchUp()
  }

  /** Adds what the followed files have got since the last time. */
  catchUp(): void {
    const lines = FOLLOWED.map(name => this.#newLines(name))
    const times = new Map(lines[0]!.map(({ step, time }) => [step, Date.parse(time ?? '') / 1000]))
    const now = Date.now() / 1000
    const events = lines.flat().flatMap(line => {
      const scalars = scalarsOf(line)
      if (Object.keys(scalars).length === 0) return []
      return [record(scalarEvent(times.get(line.step) || now, line.step, scalars))]
    })
    if (events.length > 0) this.#append(Buffer.concat(events))
  }

  #append(bytes: Buffer): void {
    onDisk(this.run.path, () => appendFileSync(this.#file, bytes))
  }

  /** Whole lines only: the rest of one is read when it has arrived. */
  #newLines(name: string): Line[] {
    const file = this.run.file(name)
    if (!existsSync(file)) return []
    const from = this.#read.get(name) ?? 0
    const handle = openSync(file, 'r')
    try {
      const added = Buffer.alloc(Math.max(0, fstatSync(handle).size - from))
      const count = readSync(handle, added, 0, added.length, from)
      const end = added.subarray(0, count).lastIndexOf('\n') + 1
      this.#read.set(name, from + end)
      const texts = added.toString('utf8', 0, end).split('\n').filter(Boolean)
      return texts.map(text => JSON.parse(text) as Line)
    } finally {
      closeSync(handle)
    }
  }
}
