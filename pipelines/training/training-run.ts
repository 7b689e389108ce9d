/** Sets up all that a training run needs, and takes it down again: clips, features, pool, trainer's thread. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UNTRAINED } from '../../engine/checkpoints/files.js'
import { sha256Of } from '../../engine/checkpoints/find.js'
import type { Renamed } from '../../graphs/model/start-weights.js'
import { openPool } from '../../graphs/streams/pool.js'
import type { Config } from '../configuration/config.js'
import { runYaml } from '../configuration/run-yaml.js'
import { startOf } from '../configuration/sections.js'
import { type FoundCheckpoint, findCheckpoint } from '../model/checkpoint.js'
import { startTrainer, type TrainerThread } from '../model/trainer-thread.js'
import { dataDifferences, dataMark, machineDifferences, settingDifferences } from './circumstances.js'
import { keepChoice, writeCompile } from './compile-choice.js'
import type { Outcome } from './request.js'
import { isFinished, newestCheckpoint, refuseDifferences } from './resume.js'
import { type RunFolder, STARTED_FROM } from './run-folder.js'
import { GROWING } from './tracking/run-log.js'
import { Training } from './training.js'
import { NOTED, trainingData } from './training-data.js'

export interface RunOptions {
  config: Config
  run: RunFolder
  /** Goes on from the run's newest checkpoint, bit for bit. */
  resume: boolean
  /** Goes on although it will not be the same run bit for bit. */
  anyway: boolean
  /** Aborted by Ctrl-C: the step under way is finished, then a checkpoint is written. Before the first step, the run ends. */
  signal: AbortSignal
  /** The cache folder. */
  cache: string
}

/** @throws the signal's reason if it is aborted before training has begun */
export async function trainRun(options: RunOptions): Promise<Outcome> {
  const { config, run, signal, cache } = options
  const { graph, train, streams } = config
  const resumed = options.resume ? newestCheckpoint(run, config) : undefined
  if (options.resume) keepChoice(run, train, { hasSteps: resumed !== undefined })
  const start = startOf(train.from)
  const weights = start === undefined || resumed ? undefined : findCheckpoint(start.run)
  if (!resumed) for (const { weights } of graph.nodes) if (weights) findCheckpoint(weights.run) // told before any work
  const differences = resumed ? settingDifferences(resumed.checkpoint, train) : []
  const refuse = () => resumed && refuseDifferences(differences, resumed.checkpoint.step, run, options.anyway)
  if (!options.anyway) refuse() // at once; who goes on anyway is told all of them together
  if (resumed && isFinished(run, config, resumed.checkpoint))
    return { step: resumed.checkpoint.step, interrupted: false }
  if (!resumed) run.cutBack(Object.fromEntries([...GROWING, NOTED].map(name => [name, 0])))
  run.status('preparing', { pid: process.pid })
  const pool = openPool({ workers: streams.workers, threads: train.threads })
  let thread: TrainerThread | undefined
  try {
    if (resumed) differences.push(...machineDifferences(resumed.checkpoint))
    if (!options.anyway) refuse() // before all sounds are read
    const settings = train.watch
    const watching = settings && (await import('./watch/watch.js'))
    const watched = settings && (await watching!.watchedClips(settings))
    const prepared = await trainingData({ config, run, signal, cache, fresh: !resumed }, pool)
    if (resumed) differences.push(...dataDifferences(resumed.checkpoint, dataMark(prepared)))
    refuse()
    // the readout of a config that says nothing has no step to fit, and fits every encoder
    const readout = config.document.sections.readout && (await import('./fit-readout.js'))
    readout?.demandFittable(config, prepared.clips.length)
    const { cacheFolder } = prepared
    const watch =
      watched &&
      (await watching!.prepareWatch({ config, settings, clips: watched, prepared, pool, cacheFolder, signal }))
    signal.throwIfAborted()
    const { seed, threads, precision } = train
    thread = await startTrainer({ graph, seed, threads, precision, train })
    signal.throwIfAborted()
    if (resumed) {
      run.cutBack(resumed.checkpoint.lengths)
      noteConfig(run, config)
    }
    await readout?.demandReadable(config, thread)
    const training = new Training(config, run, prepared, pool, thread, watch, resumed)
    if (!hasBaseline(run, resumed)) await training.calibrateBaseline(signal)
    if (resumed) await thread.resume(resumed.tensors)
    else {
      if (weights) await takeFrom(weights, start!.as, thread, run)
      for (const { id, weights: own } of graph.nodes)
        if (own) await thread.takeNode(id, findCheckpoint(own.run).tensors, own.node)
    }
    const outcome = await training.toTheEnd(signal)
    const { step, interrupted } = outcome
    if (!interrupted) await readout?.fitReadout(config, { run, step, prepared, pool, thread })
    const { figures, ...rest } = outcome
    run.status(outcome.interrupted ? 'interrupted' : 'finished', { ...rest, ...figures })
    return outcome
  } finally {
    await thread?.close()
    await pool.close()
  }
}

/** A run that goes on with other settings, more steps say, keeps them. */
function noteConfig(run: RunFolder, { document, train }: Config): void {
  if (document.edits.length === 0 && resolve(document.file) === resolve(run.file('run.yaml'))) return
  run.write('run.yaml', runYaml(document))
  writeCompile(run, train)
}

/** Whether the untrained encoder is there, as the run's checkpoint knows it. */
function hasBaseline({ checkpoints }: RunFolder, resumed: FoundCheckpoint | undefined): boolean {
  const file = join(checkpoints, UNTRAINED)
  if (!resumed || !existsSync(file)) return false
  const { untrained } = resumed.checkpoint
  return untrained === undefined || sha256Of(file) === untrained
}

/** Starts from the weights that fit; what they were is said, and kept in `started-from.json`. */
async function takeFrom(
  { tensors, checkpoint }: FoundCheckpoint,
  as: Renamed,
  thread: TrainerThread,
  run: RunFolder,
): Promise<void> {
  const taken = await thread.take(tensors, tensors, as)
  const { step, sha256, graphHash } = checkpoint
  run.write(STARTED_FROM, `${JSON.stringify({ checkpoint: tensors, step, sha256, graphHash, ...taken }, null, 2)}\n`)
  const { takenText } = await import('../../graphs/model/start-weights.js')
  process.stderr.write(`${takenText(taken, tensors)}\n`)
}
