/** Which checkpoint of a run did best on the sounds it watches; after a kill and a resume it is the same one. */
import { existsSync } from 'node:fs'
import type { RunFolder } from '../run-folder.js'
import { tensorsFile, writeBest } from './checkpoint.js'
import type { Watched } from './watch.js'

interface Line {
  step: number
  watch?: Watched
}

export class BestSoFar {
  #knn = Number.NEGATIVE_INFINITY

  /** The best of what the run's metrics tell, among the checkpoints that are there. */
  constructor(private readonly run: RunFolder) {
    for (const { step, watch } of watchedLines(run))
      if (watch && this.beatenBy(watch) && existsSync(tensorsFile(run.checkpoints, step))) this.note(step, watch)
  }

  /** Of equals the earlier is the best. */
  beatenBy({ knn }: Watched): boolean {
    return knn > this.#knn
  }

  /** @param step whose checkpoint is written already */
  note(step: number, { knn }: Watched): void {
    this.#knn = knn
    writeBest(this.run.checkpoints, { step, knn })
  }
}

function watchedLines(run: RunFolder): Line[] {
  if (!existsSync(run.file('metrics.jsonl'))) return []
  const lines = run.read('metrics.jsonl').split('\n').filter(Boolean)
  return lines.map(line => JSON.parse(line) as Line).filter(({ watch }) => watch)
}
