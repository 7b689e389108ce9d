/**
 * A checkpoint is two files: `step-000200.safetensors` (weights, optimiser slots) and, written after it,
 * `step-000200.json` with all that is needed to go on or to embed. Without its JSON a checkpoint does not exist.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Problem } from '../../data/problem.js'
import type { CheckedGraph } from '../../graphs/language/checked.js'
import type { Cursor } from '../../graphs/streams/sub-batches.js'
import type { Statistics } from '../../stages/values.js'
import type { TrainSettings } from '../configuration/config.js'

export const CHECKPOINT_FORMAT = 1

/** The untrained encoder with calibrated batch-norm statistics, a baseline for probes. */
export const UNTRAINED = 'untrained.safetensors'

export interface Checkpoint {
  format: typeof CHECKPOINT_FORMAT
  /** Steps trained. */
  step: number
  graph: CheckedGraph
  graphHash: string
  train: TrainSettings
  /** By node: what `normalise` subtracts and divides by. */
  statistics: Record<string, Statistics>
  /** Where the stream goes on: after the last clip that was trained on. */
  cursor: Cursor
  /** Bytes of each growing file of the run at this step. */
  lengths: Record<string, number>
  /** Of the safetensors file. */
  sha256: string
  versions: Record<string, string>
  /** What whoever uses the embeddings has to know: of imported weights. */
  note?: string
}

/** Short name of a graph's content: equal graphs have equal hashes. */
export function hashGraph(graph: CheckedGraph): string {
  return createHash('sha256').update(JSON.stringify(graph.nodes)).digest('hex').slice(0, 16)
}

export function tensorsFile(folder: string, step: number): string {
  return join(folder, `step-${String(step).padStart(6, '0')}.safetensors`)
}

function jsonFile(folder: string, step: number): string {
  return tensorsFile(folder, step).replace(/safetensors$/, 'json')
}

export function writeCheckpoint(folder: string, checkpoint: Checkpoint): void {
  writeWhole(jsonFile(folder, checkpoint.step), checkpoint)
}

function writeWhole(file: string, content: object): void {
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(content, null, 1)}\n`, { flush: true })
  renameSync(temporary, file)
}

/** Says which checkpoint is the best: `RUN@best`, which is kept however old it is. */
const BEST = 'best.json'

/** @param found step of a checkpoint in the folder, and what speaks for it */
export function writeBest(folder: string, found: { step: number } & Record<string, number>): void {
  writeWhole(join(folder, BEST), found)
}

function bestStep(folder: string): number | undefined {
  const file = join(folder, BEST)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { step: number }).step : undefined
}

/** Keeps the newest `keep` checkpoints of a folder, those of the steps `at`, and the best. */
export function thinCheckpoints(folder: string, { keep, at }: { keep: number; at: readonly number[] }): void {
  const chosen = [...at, bestStep(folder) ?? []].flat().map(step => jsonFile(folder, step))
  for (const json of listCheckpoints(folder).slice(0, -keep)) {
    if (chosen.includes(json)) continue
    rmSync(json)
    rmSync(json.replace(/json$/, 'safetensors'), { force: true })
  }
}

/** JSON files of the checkpoints in a folder, oldest first. */
export function listCheckpoints(folder: string): string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter(name => /^step-\d+\.json$/.test(name))
  return names.sort().map(name => join(folder, name))
}

export interface FoundCheckpoint {
  checkpoint: Checkpoint
  tensors: string
  /** The run folder it lies in. */
  run: string
}

/**
 * The checkpoint that a path names: a run folder (its newest checkpoint), either file of a checkpoint, or `RUN@best`.
 *
 * @throws Problem if there is none, or if its files do not belong together
 */
export function findCheckpoint(path: string): FoundCheckpoint {
  const json = jsonOf(path)
  const checkpoint = parse(json)
  const tensors = json.replace(/json$/, 'safetensors')
  const found = existsSync(tensors) && createHash('sha256').update(readFileSync(tensors)).digest('hex')
  if (found !== checkpoint.sha256) {
    const what = found === false ? 'is missing' : 'is not the file that its JSON describes (cut short or replaced)'
    throw new Problem('bad-checkpoint', `The checkpoint's ${tensors} ${what}.`, {
      hint: `Use an older checkpoint of ${dirname(json)}.`,
    })
  }
  return { checkpoint, tensors, run: dirname(dirname(json)) }
}

function jsonOf(path: string): string {
  const named = path.match(/^(.*)@best$/)?.[1]
  if (named !== undefined && !existsSync(path)) return bestOf(named)
  if (!existsSync(path))
    throw new Problem('no-checkpoint', `${path} does not exist.`, { hint: 'Name a run folder or a checkpoint.' })
  if (!statSync(path).isDirectory()) return path.replace(/safetensors$/, 'json')
  const newest = listCheckpoints(join(path, 'checkpoints')).at(-1) ?? listCheckpoints(path).at(-1)
  if (newest) return newest
  throw new Problem('no-checkpoint', `${path} holds no checkpoint.`, {
    hint: 'A run writes its first one after `checkpoints.every` steps.',
  })
}

function bestOf(run: string): string {
  const folder = join(run, 'checkpoints')
  const step = bestStep(folder)
  if (step !== undefined) return jsonFile(folder, step)
  throw new Problem('no-checkpoint', `${run} has no best checkpoint.`, {
    hint: 'A run keeps one with train.watch and train.checkpoints.best: true. Without @best its newest is meant.',
  })
}

function parse(json: string): Checkpoint {
  let read: Partial<Checkpoint>
  try {
    read = JSON.parse(readFileSync(json, 'utf8'))
  } catch (cause) {
    throw new Problem('bad-checkpoint', `${json} cannot be read as a checkpoint: ${(cause as Error).message}`, {
      cause,
    })
  }
  if (read.format === CHECKPOINT_FORMAT) return read as Checkpoint
  throw new Problem(
    'bad-checkpoint',
    `${basename(json)} has format ${read.format ?? 'none'}, expected ${CHECKPOINT_FORMAT}.`,
    {
      hint: 'Use the version of Earshot that wrote it.',
    },
  )
}
