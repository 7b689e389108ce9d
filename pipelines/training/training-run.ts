/** Sets up all that a training run needs, and takes it down again: clips, features, pool, trainer's thread. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { changesTable } from '../../data/label-noise/corrupt.js'
import { Problem } from '../../data/problem.js'
import { listCheckpoints, UNTRAINED } from '../../engine/checkpoints/files.js'
import { checkLabels } from '../../graphs/streams/label-needs.js'
import { openPool, type Pool } from '../../graphs/streams/pool.js'
import { type Prepared, prepareFeatures } from '../../graphs/streams/prepare.js'
import type { Config } from '../configuration/config.js'
import { trainingClips } from '../configuration/training-clips.js'
import { clipsTable } from '../evaluation/classification/clips-table.js'
import { type FoundCheckpoint, findCheckpoint, hashGraph } from '../model/checkpoint.js'
import { takenText } from '../model/start-weights.js'
import { startTrainer, type TrainerThread } from '../model/trainer-thread.js'
import { progress } from '../terminal/progress.js'
import { LABEL_CHANGES, type RunFolder, STARTED_FROM, TRAINING_SET } from './run-folder.js'
import { GROWING } from './tracking/run-log.js'
import { type Outcome, Training } from './training.js'
import { prepareWatch, watchedClips } from './watch/watch.js'

export interface RunOptions {
  config: Config
  run: RunFolder
  /** Goes on from the run's newest checkpoint, bit for bit. */
  resume: boolean
  /** Run or checkpoint whose weights the run starts from. */
  from?: string | undefined
  /** Aborted by Ctrl-C: the step under way is finished, then a checkpoint is written. Before the first step, the run ends. */
  signal: AbortSignal
  /** The cache folder. */
  cache: string
}

/** @throws the signal's reason if it is aborted before training has begun */
export async function trainRun(options: RunOptions): Promise<Outcome> {
  const { config, run, signal } = options
  const { graph, train, streams } = config
  const resumed = options.resume ? newestCheckpoint(run, config) : undefined
  const from = options.from ?? train.from
  const weights = from === undefined || resumed ? undefined : findCheckpoint(from)
  run.cutBack(resumed?.checkpoint.lengths ?? Object.fromEntries(GROWING.map(name => [name, 0])))
  run.status('preparing', { pid: process.pid })
  const pool = openPool({ workers: streams.workers, threads: train.threads })
  let thread: TrainerThread | undefined
  try {
    const settings = train.watch
    const watched = settings && (await watchedClips(settings))
    const prepared = await prepare(options, pool, resumed === undefined)
    const cacheFolder = join(options.cache, 'features')
    const watch =
      watched && (await prepareWatch({ config, settings, clips: watched, prepared, pool, cacheFolder, signal }))
    signal.throwIfAborted()
    thread = await startTrainer({
      graph,
      seed: train.seed,
      threads: train.threads,
      precision: train.precision,
      train,
    })
    signal.throwIfAborted()
    const training = new Training(config, run, prepared, pool, thread, watch, resumed)
    if (!existsSync(join(run.checkpoints, UNTRAINED))) await training.calibrateBaseline(signal)
    if (resumed) await thread.resume(resumed.tensors)
    else if (weights) await takeFrom(weights, thread, run)
    const outcome = await training.toTheEnd(signal)
    run.status(outcome.interrupted ? 'interrupted' : 'finished', { ...outcome })
    return outcome
  } finally {
    await thread?.close()
    await pool.close()
  }
}

/** Starts from the weights that fit; what they were is said, and kept in `started-from.json`. */
async function takeFrom(
  { tensors, checkpoint }: FoundCheckpoint,
  thread: TrainerThread,
  run: RunFolder,
): Promise<void> {
  const taken = await thread.take(tensors, tensors)
  const { step, sha256, graphHash } = checkpoint
  run.write(STARTED_FROM, `${JSON.stringify({ checkpoint: tensors, step, sha256, graphHash, ...taken }, null, 2)}\n`)
  process.stderr.write(`${takenText(taken, tensors)}\n`)
}

/** @throws Problem if the run's checkpoint is of another graph than the config's */
function newestCheckpoint(run: RunFolder, config: Config): FoundCheckpoint | undefined {
  if (listCheckpoints(run.checkpoints).length === 0) return undefined // killed before the first one: from the start
  const found = findCheckpoint(run.path)
  if (found.checkpoint.graphHash === hashGraph(config.graph)) return found
  throw new Problem('another-graph', `The checkpoint of ${run.path} is of another graph than the config's.`, {
    hint: `Go on with the run's own config: ./earshot train --run ${run.path} --resume. Or start a new run from its weights: --from ${run.path}`,
  })
}

async function prepare({ config, run, signal, cache }: RunOptions, pool: Pool, fresh: boolean): Promise<Prepared> {
  const { clips, columns, changes } = await trainingClips(config.data)
  const notes = checkLabels(config.graph, config.stages, { clips, columns })
  if (notes.length > 0) process.stderr.write(`${notes.join('\n')}\n`)
  if (fresh && config.data.labels) {
    run.write(LABEL_CHANGES, changesTable(changes))
    run.write(TRAINING_SET, clipsTable(clips, columns))
  }
  const bar = progress('reading sounds', clips.length)
  const cacheFolder = join(cache, 'features')
  const onProgress = () => bar.tick()
  const prepared = await prepareFeatures({ graph: config.graph, clips, cacheFolder, pool, onProgress, signal }).finally(
    bar.done,
  )
  const { skipped, noted } = prepared
  if (fresh) {
    for (const one of skipped) run.append('skipped.jsonl', one)
    for (const one of noted) run.append('noted.jsonl', one)
  }
  const share = skipped.length / clips.length
  if (share > config.train['bad-clips']) {
    const first = skipped[0]!
    throw new Problem(
      'too-many-bad-clips',
      `${skipped.length} of ${clips.length} clips cannot be used; the first: ${first.reason}`,
      {
        hint: `All are listed in ${run.file('skipped.jsonl')}. Mend or remove them, or raise train.bad-clips (now ${config.train['bad-clips']}).`,
      },
    )
  }
  if (skipped.length > 0)
    process.stderr.write(`${skipped.length} clips are left out; ${run.file('skipped.jsonl')} says why.\n`)
  if (noted.length > 0)
    process.stderr.write(`${noted.length} files are odd and are read; ${run.file('noted.jsonl')} says how.\n`)
  return prepared
}
