/** The clips that a run trains on, their features in the cache; the unusable ones are told and counted. */
import { featureFolder } from '../../data/cache-folder.js'
import { type Corrupted, changesTable, corrupt } from '../../data/label-noise/corrupt.js'
import { clipsTable } from '../../data/manifests/delimited.js'
import { readClips } from '../../data/manifests.js'
import { Problem, Problems } from '../../data/problem.js'
import { checkClips, checkLabels, keptClips } from '../../graphs/streams/label-needs.js'
import { batchNodes, batchSize } from '../../graphs/streams/layout.js'
import type { Pool } from '../../graphs/streams/pool.js'
import { filesOf, type Prepared, whyLeftOut } from '../../graphs/streams/prepare.js'
import { smallerBatch } from '../../graphs/streams/sub-batches.js'
import type { Config } from '../configuration/config.js'
import type { DataSettings } from '../configuration/sections.js'
import { readInPool } from '../embeddings/read-sounds.js'
import { plural } from '../terminal/numbers.js'
import { tell } from '../terminal/say.js'
import { LABEL_CHANGES, type RunFolder, TRAINING_SET } from './run-folder.js'

/** What is odd about files that are read. */
export const NOTED = 'noted.jsonl'

interface DataOptions {
  config: Config
  run: RunFolder
  signal: AbortSignal
  /** The cache folder. */
  cache: string
  /** Not gone on with: what is found is noted in the run folder. */
  fresh: boolean
}

/** @throws Problem `too-many-bad-clips`; the signal's reason once it is aborted */
export async function trainingData({ config, run, signal, cache, fresh }: DataOptions, pool: Pool): Promise<Prepared> {
  const { clips, columns, changes, notes: read = [] } = await trainingClips(config.data)
  const found = await checkClips(config.graph, config.stages, clips)
  if (found.problems.length > 0) throw new Problems(found.problems.map(({ problem }) => problem))
  const notes = [...read, ...checkLabels(config.graph, config.stages, { clips, columns }), ...found.notes]
  tell(notes)
  if (fresh && config.data.labels) {
    run.write(LABEL_CHANGES, changesTable(changes))
    run.write(TRAINING_SET, clipsTable(clips, columns))
  }
  const kept = await keptClips(config.graph, config.stages, clips)
  const reading = { graph: config.graph, clips: kept, cacheFolder: featureFolder(cache), signal }
  const prepared = await readInPool(pool, reading)
  const { skipped, noted } = prepared
  if (fresh) {
    for (const one of skipped) run.append('skipped.jsonl', one)
    for (const one of noted) run.append(NOTED, one)
  }
  const limit = config.train['bad-clips']
  const [first] = skipped
  const usable = prepared.clips.length
  const [tooMany, tooFew] = [skipped.length > limit * kept.length, usable < batchSize(config.graph)]
  if (first && (tooMany || tooFew)) {
    const { id } = batchNodes(config.graph)[0]!
    const ways = `${tooMany ? `, or raise train.bad-clips (now ${limit})` : ''}${tooFew ? smallerBatch(id, usable) : ''}`
    throw new Problem(
      'too-many-bad-clips',
      `${skipped.length} of ${kept.length} clips cannot be used; the first, ${whyLeftOut(first)}`,
      {
        hint: `${first.hint ? `${first.hint} ` : ''}All are listed in ${run.file('skipped.jsonl')}. Mend or remove them${ways}.`,
      },
    )
  }
  if (first)
    process.stderr.write(`Left out: ${plural(skipped.length, 'clip')}; ${run.file('skipped.jsonl')} says why.\n`)
  if (noted.length > 0)
    process.stderr.write(
      `Odd, and read all the same: ${plural(filesOf(noted), 'file')}; ${run.file(NOTED)} says how.\n`,
    )
  return prepared
}

export interface TrainingClips extends Corrupted {
  /** Label columns. */
  columns: string[]
  /** Sentences on what was joined or left out. */
  notes?: readonly string[]
}

/** @throws Problem as `readClips` and `corrupt` throw them */
export async function trainingClips({ set, labels, ...windows }: DataSettings): Promise<TrainingClips> {
  const list = await readClips(set, windows)
  if (!labels) return { ...list, changes: [] }
  const outside = labels.outside > 0 ? await readClips(labels['outside-set']!) : undefined
  return { ...corrupt(list, labels, outside?.clips), columns: list.columns, notes: list.notes ?? [] }
}
