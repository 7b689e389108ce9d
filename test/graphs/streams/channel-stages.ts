/** Small stages with known numbers for recordings, channels, levels and labels. */
import { z } from 'zod'
import crop from '../../../stages/audio/crop.js'
import {
  anyItem,
  batchOf,
  channels,
  clip,
  describeStage,
  excerpt,
  logMel,
  patch,
  recording,
  type Stage,
  waveform,
} from '../../../stages/contract.js'
import type { FeatureStream, LogMel } from '../../../stages/values.js'
import cutPatch from '../../../stages/views/cut.js'
import pairOf from '../../../stages/views/pair.js'

const none = z.strictObject({})
export const RATE = 1000
export const SAMPLES = 200
const HOP = 10
const BANDS = 2

const numberOf = (id: string) => Number(/\d+/.exec(id)?.[0] ?? 0)

/** Sample i of clip n holds n + i / 1000, block by block. */
const tone = describeStage({
  runsIn: 'item',
  name: 'tone',
  summary: 'Numbers that tell clip and sample.',
  parameters: none,
  cached: true,
  in: { from: clip },
  out: () => ({ kind: 'recording', rate: RATE }),
  work:
    () =>
    ({ from }): FeatureStream => ({
      bands: 1,
      async *blocks() {
        for (let at = 0; at < SAMPLES; at += 50)
          yield Float32Array.from({ length: 50 }, (_, i) => numberOf(from.id) + (at + i) / 1000)
      },
      seconds: () => 0.15,
    }),
})

/** Channel k adds 100 k to every sample; `crooked` makes the last one shorter. */
const split = describeStage({
  runsIn: 'item',
  name: 'split',
  summary: 'Channels that tell themselves apart.',
  parameters: z.strictObject({ count: z.int().default(3), crooked: z.boolean().default(false) }),
  cached: true,
  in: { from: recording },
  out: ({ from }, { count }) => ({ kind: 'channels', count, of: from }),
  work:
    ({ count, crooked }) =>
    ({ from }) =>
      Array.from(
        { length: count },
        (_, k): FeatureStream => ({
          bands: 1,
          async *blocks() {
            const samples = from.samples - (crooked && k === count - 1 ? 1 : 0)
            yield from.read(0, samples).map(value => value + 100 * (k + 1))
          },
        }),
      ),
})

/** Every tenth sample, in both bands. */
const thinned = describeStage({
  runsIn: 'item',
  name: 'thinned',
  summary: 'A spectrogram whose frames are samples.',
  parameters: none,
  cached: true,
  in: { from: waveform },
  out: ({ from }) => {
    if (from.kind !== 'waveform') throw new Error(`a waveform was promised, and ${from.kind} came`)
    return { kind: 'logmel', rate: from.rate, hop: HOP, bands: BANDS }
  },
  work:
    () =>
    ({ from }): FeatureStream => ({
      bands: BANDS,
      async *blocks() {
        const all: number[] = []
        for await (const block of from.blocks()) all.push(...block)
        for (let i = 0; i < all.length; i += HOP) yield new Float32Array(BANDS).fill(all[i]!)
      },
      seconds: () => from.seconds?.(),
    }),
})

const loudness = describeStage({
  runsIn: 'item',
  name: 'loudness',
  summary: 'First sample of each channel.',
  parameters: none,
  cached: true,
  in: { from: channels(recording) },
  out: ({ from }) => ({ kind: 'levels', count: from.kind === 'channels' ? from.count : 0 }),
  work:
    () =>
    ({ from }) =>
      Float32Array.from(from.map(channel => channel.read(0, 1)[0]!)),
})

/** The mixture and one of its channels, at random; counts which. */
const choose = describeStage({
  runsIn: 'item',
  name: 'choose',
  summary: 'A pair of the mixture and a channel.',
  parameters: none,
  draws: true,
  in: { mixture: logMel, parts: channels(logMel) },
  out: ({ mixture }) => ({ kind: 'pair', of: mixture }),
  work:
    () =>
    ({ mixture, parts, rng, count }): { a: LogMel; b: LogMel } => {
      const chosen = rng('channel').integer(0, parts.length)
      count(`channel ${chosen + 1}`)
      return { a: mixture, b: parts[chosen]! }
    },
})

/** Keeps a spectrogram as it is. */
const keptMel = describeStage({
  runsIn: 'item',
  name: 'kept-mel',
  summary: 'A spectrogram on disk.',
  parameters: none,
  cached: true,
  in: { from: logMel },
  out: ({ from }) => from,
  work:
    () =>
    ({ from }): FeatureStream => ({
      bands: from.bands,
      async *blocks() {
        yield from.read(0, from.frames)
      },
    }),
})

const word = describeStage({
  runsIn: 'item',
  name: 'word',
  summary: 'One of three classes, by the number of the clip.',
  parameters: none,
  in: { from: clip },
  out: () => ({ kind: 'label', classes: 3 }),
  work:
    () =>
    ({ from }) =>
      Float32Array.from([0, 1, 2], index => (numberOf(from.id) % 3 === index ? 1 : 0)),
})

/** Adds one random number to an excerpt. */
const quiver = describeStage({
  runsIn: 'item',
  name: 'quiver',
  summary: 'Adds a random number.',
  parameters: none,
  draws: true,
  in: { from: excerpt },
  out: ({ from }) => from,
  work:
    () =>
    ({ from, rng }) => {
      const shift = rng('shift').uniform()
      return from.map(value => value + shift)
    },
})

/** Reads whatever batches hold. */
const hear = describeStage({
  runsIn: 'tensor',
  role: 'loss',
  name: 'hear',
  summary: 'The end of a graph.',
  parameters: none,
  in: { from: batchOf(anyItem) },
  out: () => ({ kind: 'loss', chance: 1 }),
  build: () => () => () => {
    throw new Error('never built')
  },
})

/** A patch and its negative. */
const spread = describeStage({
  runsIn: 'item',
  name: 'spread',
  summary: 'Two channels of a patch.',
  parameters: none,
  in: { from: patch },
  out: ({ from }) => ({ kind: 'channels', count: 2, of: from }),
  work:
    () =>
    ({ from }) => [from, from.map(value => -value)],
})

/** The sum of all channels, the second one tripled. */
const fold = describeStage({
  runsIn: 'item',
  name: 'fold',
  summary: 'One patch of all channels.',
  parameters: none,
  in: { from: channels(patch) },
  out: ({ from }) => (from.kind === 'channels' ? from.of : from),
  work:
    () =>
    ({ from }) =>
      from[0]!.map((_, i) => from.reduce((sum, part, k) => sum + (k === 1 ? 3 : 1) * part[i]!, 0)),
})

const cutOne: Stage = { ...cutPatch, name: 'cut-one' } as Stage

export const CHANNEL_STAGES: Stage[] = [
  ...[tone, split, thinned, keptMel, loudness, choose, word, quiver, hear, spread, fold],
  ...[crop, cutOne, pairOf],
]
