import { badAudio } from './bad-audio.js'

/** A stretch of decoded sound, one channel. */
export interface MonoBlock {
  rate: number
  samples: Float32Array
}

/** Told of what is odd about a file whose sound is read all the same. */
export type Note = (oddity: string) => void

/** The note where channels are each other's opposite. */
export const CANCELLED_CHANNELS = "its channels cancel each other: choose one with 'channel: 1' at the waveform node"

/** Below this share of the channels' energy their mean has lost what they hold. */
const CANCELLED = 0.01

/** Makes one channel of many: their mean, or the one that is asked for. */
export class Mixer {
  /** Energy of the mean, and mean energy of the channels. */
  private kept = 0
  private there = 0

  /** @param channel from 1; the mean of all if absent */
  constructor(
    private readonly path: string,
    private readonly channel?: number | undefined,
  ) {}

  /** Samples by channel; a single channel is not copied. @throws Problem `no-such-channel` */
  planar(channels: readonly Float32Array[]): Float32Array {
    const [first] = channels
    const one = this.chosen(channels.length)
    if (!first || one !== undefined) return channels[one ?? 0] ?? new Float32Array(0)
    const mono = new Float32Array(first.length)
    let [kept, there] = [0, 0]
    for (let i = 0; i < mono.length; i++) {
      let sum = 0
      for (let c = 0; c < channels.length; c++) {
        const x = channels[c]![i]!
        sum += x
        there += x * x
      }
      const mean = sum / channels.length
      mono[i] = mean
      kept += mean * mean
    }
    this.kept += kept
    this.there += there / channels.length
    return mono
  }

  /** Samples of all channels in turn, each times `unit`. @throws Problem `no-such-channel` */
  interleaved(values: ArrayLike<number>, unit: number, channels: number): Float32Array {
    const mono = new Float32Array(values.length / channels)
    const one = this.chosen(channels)
    if (one !== undefined) {
      for (let i = 0, at = one; i < mono.length; i++, at += channels) mono[i] = values[at]! * unit
      return mono
    }
    let [kept, there] = [0, 0]
    for (let i = 0, at = 0; i < mono.length; i++) {
      let sum = 0
      for (let c = 0; c < channels; c++) {
        const x = values[at++]!
        sum += x
        there += x * x
      }
      const mean = (sum * unit) / channels
      mono[i] = mean
      kept += mean * mean
    }
    this.kept += kept
    this.there += (there * unit * unit) / channels
    return mono
  }

  /** Whether the channels are each other's opposite, so that their mean is (almost) nothing. */
  get cancelled(): boolean {
    return this.kept < CANCELLED * this.there
  }

  private chosen(channels: number): number | undefined {
    if (this.channel === undefined) return channels === 1 ? 0 : undefined
    if (this.channel <= channels) return this.channel - 1
    throw badAudio('no-such-channel', this.path, `channel ${this.channel} is asked for, and it has ${channels}`)
  }
}

/** Seconds from the file's start; the whole file where absent. */
export interface Stretch {
  start?: number | undefined
  end?: number | undefined
}

/**
 * The samples of a stretch: from round(start x rate) up to, not with, round(end x rate).
 *
 * @param first place in the file of the first sample that comes
 * @throws Problem `audio-beyond-end` if the sound ends before the stretch begins
 */
export async function* cut(
  blocks: AsyncIterable<MonoBlock>,
  path: string,
  { start, end }: Stretch,
  first = 0,
): AsyncGenerator<MonoBlock> {
  if (start === undefined && end === undefined) return yield* blocks
  let [at, known] = [first, 0]
  for await (const { rate, samples } of blocks) {
    known = rate
    const from = Math.max(0, Math.round((start ?? 0) * rate) - at)
    const last = end === undefined ? Number.POSITIVE_INFINITY : Math.round(end * rate)
    if (from < samples.length) yield { rate, samples: samples.subarray(from, Math.max(from, last - at)) }
    at += samples.length
    if (at >= last) return
  }
  checkReaches(path, start, at, known)
}

/** @throws Problem `audio-beyond-end` if a stretch begins at or behind the last of `samples` */
export function checkReaches(path: string, start: number | undefined, samples: number, rate: number): void {
  if (start === undefined || samples === 0 || Math.round(start * rate) < samples) return
  const length = Number((samples / rate).toFixed(3))
  throw badAudio('audio-beyond-end', path, `asked for from ${start} s on, and it is ${length} s long`)
}
