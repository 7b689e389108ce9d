/** Where a checkpoint lies, by the name that people give it; reads no weights, loads nothing heavy. */
import { hash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Problem } from '../../data/problem.js'
import { type Description, readDescription } from './description.js'
import { bestStep, jsonFile, listCheckpoints, stepOf, tensorsOrJson, UNTRAINED } from './files.js'

export interface CheckpointFiles {
  /** The safetensors file. */
  file: string
  /** sha256 that it should have. */
  hash: string
  /** The JSON that tells its graph: its own, or, of untrained weights, that of another checkpoint of the run. */
  json: string
  description: Description
  /** Steps trained; 0 of untrained weights. */
  step: number
  /** The run folder it lies in. */
  run: string
}

/** The encoder that ships with Earshot, and what it is called where no run has that name. */
const SHIPPED = { name: 'pretrained', folder: fileURLToPath(new URL('../../../pretrained/earshot', import.meta.url)) }

/**
 * The checkpoint that a name stands for: a run folder (its newest), `RUN@500` (after so many steps), `RUN@best`,
 * `RUN@untrained` (or `RUN@0`), either file of a checkpoint, or `pretrained`, the encoder that ships with Earshot.
 *
 * @throws Problem `no-checkpoint`, `bad-checkpoint`
 */
export function locateCheckpoint(given: string): CheckpointFiles {
  const named = shippedAs(given, '.') ?? given
  if (existsSync(named)) {
    if (statSync(named).isDirectory()) return ofFiles(newestIn(folderOf(named), named))
    return basename(named) === UNTRAINED ? untrainedIn(dirname(named), named) : ofFiles(tensorsOrJson(named).json)
  }
  const [, run, which] = /^(.+)@(best|untrained|\d+)$/.exec(named) ?? []
  if (run === undefined || which === undefined || !existsSync(run))
    throw noCheckpoint(`${run ?? named} does not exist.`, NAMES)
  const folder = folderOf(run)
  if (which === 'best') return ofFiles(bestIn(folder, run))
  if (which === 'untrained' || Number(which) === 0) return untrainedIn(folder, named)
  return ofFiles(ofStep(folder, Number(which), run))
}

/**
 * The encoder that ships, absolute, if a name that counts from a folder means it: nothing there is called so, or it is
 * the path of the folder in which it ships.
 */
export function shippedAs(given: string, folder: string): string | undefined {
  const name = withoutCheckpoint(given)
  const taken = listCheckpoints(folderOf(join(folder, SHIPPED.name))).length > 0
  const meant = (name === SHIPPED.name && !taken) || resolve(folder, name) === dirname(SHIPPED.folder)
  return meant ? given.replace(name, SHIPPED.folder) : undefined
}

/** The run, without what may stand behind it: which of its checkpoints is meant. */
export const withoutCheckpoint = (named: string): string =>
  existsSync(named) ? named : named.replace(/@(best|untrained|\d+)$/, '')

/** `RUN@best` of a run that keeps its best checkpoint; the run, which stands for its newest, of any other. */
export const bestOrNewest = (run: string): string => (bestStep(folderOf(run)) === undefined ? run : `${run}@best`)

/** As `locateCheckpoint`; undefined if there is none, or none yet. */
export function locateIfThere(named: string): CheckpointFiles | undefined {
  try {
    return locateCheckpoint(named)
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

/** @throws Problem `bad-checkpoint` if the weights are not those that the checkpoint's JSON describes */
export function demandWhole({ file, hash, json }: CheckpointFiles): void {
  if (existsSync(file) && sha256Of(file) === hash) return
  const what = existsSync(file) ? 'is not the file that its JSON describes (cut short or replaced)' : 'is missing'
  throw new Problem('bad-checkpoint', `The checkpoint's ${file} ${what}.`, {
    hint: `Use another checkpoint of ${dirname(json)}.`,
  })
}

/** @throws Problem `bad-checkpoint` if it cannot be read */
export function sha256Of(file: string): string {
  try {
    return hash('sha256', readFileSync(file))
  } catch (cause) {
    throw new Problem('bad-checkpoint', `${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause })
  }
}

const NAMES =
  'Name a run folder, one of its checkpoints (RUN@500, RUN@best), a .safetensors file, or pretrained: the encoder that ships.'

const noCheckpoint = (message: string, hint: string) => new Problem('no-checkpoint', message, { hint })

/** Of a run's checkpoints; the folder itself where it holds them. */
const folderOf = (run: string) => (existsSync(join(run, 'checkpoints')) ? join(run, 'checkpoints') : run)

const runOf = (folder: string) => (basename(folder) === 'checkpoints' ? dirname(folder) : folder)

function ofFiles(json: string): CheckpointFiles {
  const description = readDescription(json)
  const { sha256: hash, step } = description
  return { file: tensorsOrJson(json).tensors, hash, json, description, step, run: runOf(dirname(json)) }
}

function newestIn(folder: string, run: string): string {
  const newest = listCheckpoints(folder).at(-1)
  if (newest) return newest
  throw noCheckpoint(`${run} holds no checkpoint.`, 'A run writes its first one after train.checkpoints.every steps.')
}

function ofStep(folder: string, step: number, run: string): string {
  const steps = listCheckpoints(folder).map(stepOf)
  if (steps.includes(step)) return jsonFile(folder, step)
  const there = steps.length > 0 ? `It has those of steps ${steps.join(', ')}` : 'It has none yet'
  throw noCheckpoint(
    `${run} has no checkpoint of step ${step}. ${there}.`,
    'train.checkpoints says after how many steps one is kept, and how many stay.',
  )
}

function bestIn(folder: string, run: string): string {
  const step = bestStep(folder)
  if (step !== undefined) return jsonFile(folder, step)
  throw noCheckpoint(
    `${run} has no best checkpoint.`,
    'A run keeps one with train.watch and train.checkpoints.best: true. Without @best its newest is meant.',
  )
}

function untrainedIn(folder: string, named: string): CheckpointFiles {
  const file = join(folder, UNTRAINED)
  const [json] = listCheckpoints(folder)
  if (!json || !existsSync(file))
    throw noCheckpoint(
      `${named}: the run holds no ${UNTRAINED}, or no checkpoint beside it.`,
      'A run writes both; train it for a few steps at least.',
    )
  const description = readDescription(json)
  return { file, hash: description.untrained ?? sha256Of(file), json, description, step: 0, run: runOf(folder) }
}
