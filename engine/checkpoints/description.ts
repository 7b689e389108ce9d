/** The JSON of a checkpoint: what its weights are of. It carries a hash of itself, so that no digit of it changes unseen. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Problem } from '../../data/problem.js'
import { writeWhole } from '../../data/whole-file.js'

export const CHECKPOINT_FORMAT = 2

/** Written before there were hashes of the JSON. */
const UNHASHED = 1

/** As far as finding and checking go; more is told by who trains. */
export interface Description {
  format: typeof CHECKPOINT_FORMAT | typeof UNHASHED
  /** Steps trained. */
  step: number
  /** Of the safetensors file. */
  sha256: string
  /** sha256 of the run's `untrained.safetensors`, if it has one. */
  untrained?: string
  graph: { nodes: unknown[]; stageFiles?: string[] }
}

/** `own`: sha256 of all the rest. */
export function writeDescription(file: string, description: Description): void {
  writeWhole(file, `${JSON.stringify({ ...description, own: hashOf(description) }, null, 1)}\n`, { flush: true })
}

/** @throws Problem `bad-checkpoint` if it is no checkpoint's, of another format, or has been changed */
export function readDescription(file: string): Description {
  const { own, ...description } = parsed(file)
  const bad = (what: string, hint: string) => new Problem('bad-checkpoint', `${file} ${what}.`, { hint })
  if (typeof description.format !== 'number')
    throw bad(
      'is not the JSON of a checkpoint',
      'A checkpoint is two files of one name: step-000500.safetensors and step-000500.json.',
    )
  if (description.format !== CHECKPOINT_FORMAT && description.format !== UNHASHED)
    throw bad(
      `has format ${description.format}, expected ${CHECKPOINT_FORMAT}`,
      'Use the version of Earshot that wrote it.',
    )
  if ((description.format !== UNHASHED || own !== undefined) && own !== hashOf(description))
    throw bad(
      'is not what was written: its hash is another one',
      'It was damaged or edited: take another checkpoint of the run.',
    )
  if (typeof description.sha256 === 'string' && typeof description.step === 'number') return description as Description
  throw bad('says no step, or no hash of its weights', 'It was damaged or edited: take another checkpoint of the run.')
}

function parsed(file: string): Record<string, unknown> & Partial<Description> {
  let read: unknown
  try {
    read = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Problem('bad-checkpoint', `${file} cannot be read as a checkpoint: ${(cause as Error).message}`, {
      hint: 'Take another checkpoint of the run.',
      cause,
    })
  }
  return typeof read === 'object' && read !== null ? { ...read } : {}
}

/** Of the values, whatever the blanks between them. */
function hashOf(description: object): string {
  const plain = JSON.parse(JSON.stringify(description))
  return hash('sha256', JSON.stringify(plain))
}
