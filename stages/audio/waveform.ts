import { z } from 'zod'
import type { Note } from '../../data/decoding/mono.js'
import type { Problem } from '../../data/problem.js'
import { duration, frequency } from '../../data/quantities.js'
import { clip, describeStage, ParameterProblem } from '../contract.js'
import { joined, repeated } from '../sample-arrays.js'
import type { Waveform } from '../values.js'
import { namedFiles } from './named-files.js'
import { Level } from './signal/level.js'
import { mirroredEnds } from './signal/mirrored-ends.js'
import type { Sound } from './signal/sound.js'

/** Sound is kept whole up to this many seconds; above, it is decoded again for each reading. */
const WHOLE = 120

/** Sound of a clip, mono, at one rate and level, whatever the file was. */
export default describeStage({
  name: 'waveform',
  summary: 'Decodes a clip to mono, or its channels apart, at one rate; repeats it if it is short; levels its peak.',
  parameters: z.strictObject({
    rate: frequency({ min: 1000, max: 1_000_000 })
      .default(16000)
      .transform(Math.round)
      .describe('sample rate, a whole number of hertz'),
    'at-least': duration({ min: 0, max: 600 }).default(0).describe('a shorter clip is repeated up to this length'),
    normalise: z
      .enum(['peak', 'none'])
      .default('peak')
      .describe('peak: takes the mean away and divides by the largest magnitude + head-room'),
    channel: z.int().min(1).max(255).optional().describe('of the file, from 1; the mean of all channels if not said'),
    channels: z
      .int()
      .min(2)
      .max(32)
      .optional()
      .describe('of the file, kept apart: waveform.1, waveform.2, ...; the peak rule is over all of them together'),
    lacking: z
      .enum(['refuse', 'first'])
      .optional()
      .describe('of channels that a file does not have: it is left out, if not said; or each of them is its first one'),
    column: z
      .string()
      .min(1)
      .optional()
      .describe(
        "the sound is in the file that this column of the clip's row names, from the folder of its own file; in its own where nothing is named, as when it embeds",
      ),
    mirror: z
      .tuple([duration({ min: 0, max: 10 }), duration({ min: 0, max: 10 })])
      .optional()
      .describe('so much sound more, mirrored, before the start and after the end: of front ends that centre frames'),
    'head-room': z.number().positive().max(1).optional().describe('of the peak rule; 1e-4 if not said'),
  }),
  runsIn: 'item',
  labels: ({ column }) => (column === undefined ? [] : [{ column }]),
  filesOf: ({ column }) => (column === undefined ? [] : [column]),
  in: { from: clip },
  out: (_, { rate, channel, channels }) => {
    if (channel !== undefined && channels !== undefined)
      throw new ParameterProblem('channel', 'one channel is asked for, and several to be kept apart')
    const mono = { kind: 'waveform', rate } as const
    return channels === undefined ? mono : { kind: 'channels', of: mono, count: channels }
  },
  work:
    ({ rate, normalise, channel, channels, lacking, mirror, column, ...parameters }) =>
    ({ from: clip }) => {
      const other = column === undefined ? undefined : namedFiles(clip, column)[0]
      const from: Sound = other === undefined ? clip : { path: other }
      const atLeast = Math.round(parameters['at-least'] * rate)
      const options = { rate, atLeast, normalise, lacking, headRoom: parameters['head-room'] }
      const [before, after] = (mirror ?? []).map(seconds => Math.round(seconds * rate))
      const ends = (sound: Waveform) => (mirror ? mirroredEnds(sound, before!, after!) : sound)
      if (channels !== undefined) return channelWaveforms(from, channels, options).map(ends)
      return ends(waveform(channel === undefined ? from : { ...from, channel }, options))
    },
})

export interface WaveformOptions {
  rate: number
  /** Samples; a shorter sound is repeated from its start, and cut there. */
  atLeast: number
  normalise: 'peak' | 'none'
  /** Added to the largest magnitude before dividing by it; 1e-4 if absent. */
  headRoom?: number | undefined
  /** What a channel is that the file does not have: a Problem if absent. */
  lacking?: 'refuse' | 'first' | undefined
}

/** The channels of a file apart, from the first on; one level for all, so that their balance stays. */
export function channelWaveforms(sound: Sound, count: number, options: WaveformOptions): Waveform[] {
  const channels = Array.from({ length: count }, (_, at) => ({ ...sound, channel: at + 1 }))
  let level: Promise<Level> | undefined
  const together = async () => {
    const all = new Level(options.headRoom)
    for (const channel of channels) for await (const block of decodedAt(options, channel)) all.add(block)
    return all
  }
  const shared = () => {
    level ??= together()
    return level
  }
  return channels.map(channel => waveform(channel, options, options.normalise === 'peak' ? shared : undefined))
}

/**
 * Opens nothing until it is read. Sound of up to two minutes is decoded once and kept; longer sound is decoded for
 * each reading, once more in front for its level, and never held whole. A clip of one sample becomes silence.
 *
 * @param shared the level, where it is not that of this sound alone
 */
export function waveform(sound: Sound, options: WaveformOptions, shared?: () => Promise<Level>): Waveform {
  const { rate, atLeast, normalise, headRoom } = options
  const limit = Math.max(atLeast, WHOLE * rate)
  let whole: Float32Array | undefined
  let level: Level | undefined
  let seconds: number | undefined
  const notes = new Set<string>()
  const decoded = () => decodedAt(options, sound, oddity => notes.add(oddity))
  return {
    rate,
    seconds: () => seconds,
    notes: () => [...notes],
    async *blocks() {
      if (whole) return yield whole
      if (!level) {
        const seen = new Level(headRoom)
        const kept: Float32Array[] = []
        let length = 0
        for await (const block of decoded()) {
          length += block.length
          if (length <= limit) kept.push(block)
          else kept.length = 0
          seen.add(block)
          if (length > limit && normalise === 'none') break
        }
        if (length <= limit) {
          seconds = length / rate
          const once = kept.length === 1 ? kept[0]! : joined(kept)
          const long = length >= atLeast ? once : repeated(once, atLeast)
          whole = shared ? (await shared()).apply(long) : levelled(long, options)
          return yield whole
        }
        level = shared ? await shared() : seen
      }
      let read = 0
      for await (const block of decoded()) {
        read += block.length
        yield normalise === 'peak' ? level.apply(block) : block
      }
      seconds = read / rate
    },
  }
}

/** Decoders are loaded with the first sound: the contract is read without them. */
async function* decodedAt({ rate, lacking }: WaveformOptions, sound: Sound, note?: Note): AsyncGenerator<Float32Array> {
  const { soundAt } = await import('./signal/sound.js')
  try {
    yield* soundAt(rate, sound, note)
  } catch (error) {
    if (lacking !== 'first' || (error as Problem).code !== 'no-such-channel') throw error
    yield* soundAt(rate, { ...sound, channel: 1 }, note)
  }
}

function levelled(samples: Float32Array, { normalise, headRoom }: WaveformOptions): Float32Array {
  if (normalise === 'none') return samples
  const level = new Level(headRoom)
  level.add(samples)
  return level.apply(samples)
}
