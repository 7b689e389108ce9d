/** A processor is one checkpoint of a separator. Where it lies, by the name that people give it; loads nothing heavy. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Problem } from '../../data/problem.js'
import type { NamedFile } from '../contract.js'

export interface FoundProcessor extends NamedFile {
  /** The JSON that tells its graph: its own, or, of an untrained separator, that of another checkpoint of the run. */
  json: string
  /** Steps trained. */
  step: number
}

/** The separator of a run before its first step. */
const UNTRAINED = 'untrained.safetensors'

/**
 * The processor that a name stands for: a run folder (its newest checkpoint), `RUN@500` (after so many steps; `RUN@0` is
 * the untrained separator), or either file of a checkpoint.
 *
 * @throws Problem `no-checkpoint`, `bad-checkpoint`
 */
export function findProcessor(named: string): FoundProcessor {
  const [, run, step] = existsSync(named) ? [] : (/^(.+)@(\d+)$/.exec(named) ?? [])
  if (run !== undefined) return ofRun(run, Number(step), named)
  if (!existsSync(named))
    throw new Problem('no-checkpoint', `There is no separator ${named}.`, {
      hint: 'Name the run folder of a trained separator, one of its checkpoints (RUN@500), or a .safetensors file.',
    })
  if (statSync(named).isDirectory()) return ofRun(named, undefined, named)
  const folder = dirname(named)
  if (basename(named) === UNTRAINED) return untrained(folder, named)
  return ofFiles(named.replace(/\.(safetensors|json)$/, '.json'))
}

/** As `findProcessor`; undefined if there is none, or none yet. */
export function findProcessorIfThere(named: string): FoundProcessor | undefined {
  try {
    return findProcessor(named)
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

function ofRun(run: string, step: number | undefined, named: string): FoundProcessor {
  const folder = existsSync(join(run, 'checkpoints')) ? join(run, 'checkpoints') : run
  const steps = stepsIn(folder)
  if (step === 0) return untrained(folder, named)
  const found = step === undefined ? steps.at(-1) : steps.find(one => one.step === step)
  if (found) return ofFiles(found.json)
  const there = steps.length > 0 ? ` It has those of steps ${steps.map(({ step }) => step).join(', ')}.` : ''
  const what = step === undefined ? 'no checkpoint yet' : `no checkpoint of step ${step}`
  throw new Problem('no-checkpoint', `${run} has ${what}.${there}`, {
    hint: 'train.checkpoints says after how many steps one is kept, and how many stay.',
  })
}

/** Checkpoints in a folder, oldest first. */
function stepsIn(folder: string): { step: number; json: string }[] {
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names
    .flatMap(name => {
      const [, step] = /^step-(\d+)\.json$/.exec(name) ?? []
      return step === undefined ? [] : [{ step: Number(step), json: join(folder, name) }]
    })
    .sort((one, other) => one.step - other.step)
}

function ofFiles(json: string): FoundProcessor {
  const { sha256, step } = checkpointJson(json)
  return { file: json.replace(/json$/, 'safetensors'), hash: sha256, json, step }
}

function untrained(folder: string, named: string): FoundProcessor {
  const file = join(folder, UNTRAINED)
  const json = stepsIn(folder)[0]?.json
  if (json && existsSync(file)) return { file, hash: sha256Of(file), json, step: 0 }
  throw new Problem('no-checkpoint', `${named}: the run holds no ${UNTRAINED}, or no checkpoint beside it.`, {
    hint: 'A run writes both; train it for a few steps at least.',
  })
}

/** What a checkpoint's JSON says, as far as processors go. */
export interface CheckpointJson {
  step: number
  sha256: string
  graph: { nodes: unknown[]; stageFiles?: string[] }
}

/** @throws Problem `bad-checkpoint` */
export function checkpointJson(json: string): CheckpointJson {
  let read: Partial<CheckpointJson> = {}
  try {
    read = JSON.parse(readFileSync(json, 'utf8'))
  } catch {
    // said below
  }
  if (typeof read.sha256 === 'string' && typeof read.step === 'number' && Array.isArray(read.graph?.nodes))
    return read as CheckpointJson
  throw new Problem('bad-checkpoint', `${json} is not the JSON of a checkpoint, or cannot be read.`, {
    hint: 'A checkpoint is two files of one name: step-000500.safetensors and step-000500.json.',
  })
}

/** @throws Problem `bad-checkpoint` */
export function sha256Of(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex')
  } catch (cause) {
    throw new Problem('bad-checkpoint', `${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause })
  }
}
