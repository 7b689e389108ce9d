/** Stages that do nothing, for bench/streams.ts and bench/soak.ts: what is left is the cost of the streams themselves. */
import { z } from 'zod'
import { clip, describeStage, patch, type Stage } from '../stages/contract.js'
import type { PatchPort, Port } from '../stages/ports.js'
import batch from '../stages/sinks/batch.js'

const none = z.strictObject({})

/** The patch of the shipped recipe: 0.96 s of 64 bands. */
export const PATCH: PatchPort = { kind: 'patch', rate: 16000, hop: 160, bands: 64, frames: 96 }
export const PAIR: Port = { kind: 'pair', of: PATCH }

const clips = describeStage({
  runsIn: 'source',
  name: 'clips',
  summary: 'Every clip once, in order.',
  parameters: none,
  in: {},
  out: () => ({ kind: 'clip' }),
  order:
    () =>
    ({ clips }) => [...clips],
})

const constant = describeStage({
  runsIn: 'item',
  name: 'constant',
  summary: 'The same pair of patches for every clip; refuses some.',
  parameters: z.strictObject({ length: z.int(), refuses: z.int() }),
  in: { from: clip },
  out: () => PAIR,
  work: ({ length, refuses }) => {
    const pair = { a: new Float32Array(length), b: new Float32Array(length) }
    return ({ from: { id } }) => {
      if (refuses > 0 && Number(id.slice(5)) % refuses === 0) throw new Error(`${id} is refused`)
      return pair
    }
  },
})

const pass = describeStage({
  runsIn: 'item',
  name: 'pass',
  summary: 'Gives what it gets.',
  parameters: none,
  in: { from: patch },
  out: ({ from }) => from,
  work:
    () =>
    ({ from }) =>
      from,
})

const draw = describeStage({
  runsIn: 'item',
  name: 'draw',
  summary: 'Gives what it gets, after one random number.',
  parameters: none,
  in: { from: patch },
  out: ({ from }) => from,
  draws: true,
  work:
    () =>
    ({ from, rng }) => {
      rng('number').uniform()
      return from
    },
})

/** As pool threads look for it. */
export async function loadStages(): Promise<Map<string, Stage>> {
  return new Map([clips, constant, pass, draw, batch].map(stage => [stage.name, stage]))
}
