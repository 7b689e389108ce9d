/** Small stages with known numbers, in the registry's shape: workers load this file in its place. */
import { spawn } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { bank, clip, describeStage, logMel, pair, patch, type Stage } from '../../../stages/contract.js'
import batch from '../../../stages/sinks/batch.js'
import { CHANNEL_STAGES } from './channel-stages.js'

const BANDS = 2
const none = z.strictObject({})

const shuffled = describeStage({
  runsIn: 'source',
  name: 'clips',
  summary: 'Every clip once, in random order.',
  parameters: none,
  in: {},
  out: () => ({ kind: 'clip' }),
  order:
    () =>
    ({ clips, rng }) => {
      const shuffle = rng('order')
      return clips
        .map(clip => ({ clip, at: shuffle.uniform() }))
        .sort((one, other) => one.at - other.at)
        .map(({ clip }) => clip)
    },
})

const repeating = describeStage({
  runsIn: 'source',
  name: 'repeating',
  summary: 'Every clip `times` times, in a row.',
  parameters: z.strictObject({ times: z.int() }),
  in: {},
  out: () => ({ kind: 'clip' }),
  order:
    ({ times }) =>
    ({ clips }) =>
      clips.flatMap(clip => Array.from({ length: times }, () => clip)),
})

/** Frame i of clip n holds n + i / 1000 in every band; a clip called `bad...` cannot be read. */
const ramp = describeStage({
  runsIn: 'item',
  name: 'ramp',
  summary: 'Numbers that tell clip and frame.',
  parameters: z.strictObject({ frames: z.int().default(20) }),
  in: { from: clip },
  out: () => ({ kind: 'logmel', rate: 1000, hop: 10, bands: BANDS }),
  cached: true,
  filesOf: () => ['beside'],
  work:
    ({ frames }) =>
    ({ clip }) => ({
      bands: BANDS,
      async *blocks() {
        if (clip.id.startsWith('bad')) throw new RangeError(`${clip.id} cannot be read`)
        if (clip.id.startsWith('program')) startProgram(`${clip.path}.pid`)
        if (clip.id.startsWith('endless')) writeFileSync(`${clip.path}.begun`, '')
        if (clip.id.startsWith('endless') || clip.id.startsWith('program')) await sleep(600_000)
        for (let frame = 0; frame < frames; frame++) yield new Float32Array(BANDS).fill(number(clip.id) + frame / 1000)
      },
    }),
})

/** A program that nobody is told of, with its number in a file. */
function startProgram(note: string): void {
  const { pid } = spawn('sleep', ['600'], { stdio: 'ignore' })
  writeFileSync(`${note}-`, `${pid}`)
  renameSync(`${note}-`, note)
}

const cut = describeStage({
  runsIn: 'item',
  name: 'cut',
  summary: 'Two random pieces.',
  parameters: z.strictObject({ frames: z.int() }),
  in: { from: logMel },
  out: ({ from }, { frames }) => {
    const { rate, hop, bands } = from
    return { kind: 'pair', of: { kind: 'patch', rate, hop, bands, frames } }
  },
  draws: true,
  work:
    ({ frames }) =>
    ({ from, rng }) => {
      const starts = rng('starts')
      const piece = () => from.read(starts.integer(0, from.frames - frames + 1), frames)
      return { a: piece(), b: piece() }
    },
})

/** Adds one random number; refuses clips called `stubborn...`, is mistaken at `clumsy...`, divides by nothing at `silent...`, never ends at `stuck...`. */
const shake = describeStage({
  runsIn: 'item',
  name: 'shake',
  summary: 'Adds a random number.',
  parameters: none,
  in: { from: patch },
  out: ({ from }) => from,
  draws: true,
  work:
    () =>
    ({ from, clip, rng }) => {
      if (clip.id.startsWith('clumsy')) return (from as unknown as { frob(): Float32Array }).frob()
      if (clip.id.startsWith('stubborn')) throw new RangeError(`${clip.id} is stubborn`)
      while (clip.id.startsWith('stuck')) Math.random()
      const shift = clip.id.startsWith('silent') ? 0 / 0 : rng('shift').uniform()
      return from.map(value => value + shift)
    },
})

const mix = describeStage({
  runsIn: 'item',
  name: 'mix',
  summary: 'Adds the first frame of two other clips, one a lane.',
  parameters: none,
  in: { from: pair(patch), others: bank(logMel) },
  out: ({ from }) => from,
  draws: true,
  work:
    (_, { from: port }) =>
    async ({ from, others, clip, rng }) => {
      const { frames } = port.of
      const [one, other] = await others.draw(2, { not: clip.id, rng: rng('others') })
      const added = (values: Float32Array, more: number) => values.map(value => value + more * frames)
      return { a: added(from.a, one!.read(0, 1)[0]!), b: added(from.b, other!.read(0, 1)[0]!) }
    },
})

const centred = describeStage({
  runsIn: 'item',
  name: 'centred',
  summary: 'Subtracts the mean of the set.',
  parameters: none,
  in: { from: patch, statistics: bank(logMel) },
  out: ({ from }) => from,
  work:
    () =>
    ({ from, statistics }) => {
      const { mean } = statistics.statistics()
      return from.map(value => value - mean)
    },
})

/** Draws although it does not say so. */
const sly = describeStage({
  runsIn: 'item',
  name: 'sly',
  summary: 'Draws in secret.',
  parameters: none,
  in: { from: patch },
  out: ({ from }) => from,
  work:
    () =>
    ({ from, rng }) => {
      rng('secret')
      return from
    },
})

/** Takes its time. */
const late = describeStage({
  runsIn: 'item',
  name: 'late',
  summary: 'Gives what it gets, later.',
  parameters: none,
  in: { from: patch },
  out: ({ from }) => from,
  work:
    () =>
    async ({ from }) => {
      await turns(1)
      return from
    },
})

/** Refuses an item now and then. */
const sometimes = describeStage({
  runsIn: 'item',
  name: 'sometimes',
  summary: 'Fails by chance.',
  parameters: z.strictObject({ share: z.number() }),
  in: { from: patch },
  out: ({ from }) => from,
  draws: true,
  work:
    ({ share }) =>
    ({ from, rng }) => {
      if (rng('luck').uniform() < share) throw new Error('no luck')
      return from
    },
})

/** Where two branches meet again. */
const join = describeStage({
  runsIn: 'item',
  name: 'join',
  summary: 'Adds what two branches made of the same item, the second one doubled.',
  parameters: none,
  in: { from: patch, and: patch },
  out: ({ from }) => from,
  work:
    () =>
    ({ from, and }) =>
      from.map((value, i) => value + 2 * and[i]!),
})

const head = describeStage({
  runsIn: 'item',
  name: 'head',
  summary: 'The first frames.',
  parameters: z.strictObject({ frames: z.int() }),
  in: { from: logMel },
  out: ({ from }, { frames }) => ({ ...from, kind: 'patch', frames }),
  work:
    ({ frames }) =>
    ({ from }) =>
      from.read(0, frames),
})

const blend = describeStage({
  runsIn: 'item',
  name: 'blend',
  summary: 'Adds a patch of another clip.',
  parameters: none,
  in: { from: patch, others: bank(patch) },
  out: ({ from }) => from,
  draws: true,
  work:
    () =>
    async ({ from, others, clip, rng }) => {
      const [other] = await others.draw(1, { not: clip.id, rng: rng('other') })
      return from.map((value, i) => value + other![i]!)
    },
})

const STAGES: Stage[] = [
  shuffled,
  repeating,
  ramp,
  cut,
  shake,
  mix,
  centred,
  sly,
  late,
  sometimes,
  join,
  head,
  blend,
  batch,
  ...CHANNEL_STAGES,
]

export async function loadStages(): Promise<Map<string, Stage>> {
  return new Map(STAGES.map(stage => [stage.name, stage]))
}

/** Lets everything else go first, so many times. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(resolve => setImmediate(resolve))
}

/** The number in a clip's name: 7 of `clip7`. */
export function number(id: string): number {
  return Number(/\d+/.exec(id)?.[0] ?? 0)
}
