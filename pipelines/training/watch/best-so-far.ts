/** Which checkpoint of a run did best on the sounds it watches; after a kill and a resume it is the same one. */
import { existsSync } from 'node:fs'
import { readJsonLinesWhole } from '../../../data/json-file.js'
import { tensorsFile, writeBest } from '../../../engine/checkpoints/files.js'
import { meritOf, type Watched } from '../../model/watched.js'
import type { RunFolder } from '../run-folder.js'

interface Line {
  step: number
  watch?: Watched
}

export class BestSoFar {
  #merit = Number.NEGATIVE_INFINITY
  #since = 0

  /** The best of what the run's metrics tell up to a step, among the checkpoints that are there. */
  constructor(
    private readonly run: RunFolder,
    last = Number.POSITIVE_INFINITY,
  ) {
    for (const { step, watch } of watchedLines(run)) {
      if (!watch || step > last) continue
      if (this.beatenBy(watch) && existsSync(tensorsFile(run.checkpoints, step))) this.note(step, watch)
      else this.#since++
    }
  }

  /** Evaluations since the best one. */
  get since(): number {
    return this.#since
  }

  /** Of equals the earlier is the best. */
  beatenBy(watched: Watched): boolean {
    return meritOf(watched).value > this.#merit
  }

  /** @param step whose checkpoint is written already */
  note(step: number, watched: Watched): void {
    const { name, value } = meritOf(watched)
    this.#merit = value
    this.#since = 0
    writeBest(this.run.checkpoints, { step, [name]: value })
  }

  /** An evaluation that was no better. */
  pass(): void {
    this.#since++
  }
}

function watchedLines(run: RunFolder): Line[] {
  if (!existsSync(run.file('metrics.jsonl'))) return []
  return (readJsonLinesWhole(run.file('metrics.jsonl')) as Line[]).filter(({ watch }) => watch)
}
