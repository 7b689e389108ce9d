import { badAudio } from '../../../data/decoding/bad-audio.js'
import { decode } from '../../../data/decoding/decode.js'
import type { Note, Stretch } from '../../../data/decoding/mono.js'
import { isConvertible, Resampler } from './resampler.js'

export interface Sound extends Stretch {
  /** Absolute path. */
  path: string
  /** From 1: this channel alone; the mean of all if absent. */
  channel?: number | undefined
}

/** Mono blocks of a file at `rate`. @throws Problem as `decode` */
export async function* soundAt(
  rate: number,
  { path, start, end, channel }: Sound,
  note?: Note | undefined,
): AsyncGenerator<Float32Array> {
  let resampler: Resampler | undefined
  for await (const block of decode(path, { start, end, channel, note })) {
    resampler ??= resamplerFor(path, block.rate, rate)
    const samples = resampler.push(block.samples)
    if (samples.length) yield samples
  }
  const rest = resampler?.finish()
  if (rest?.length) yield rest
}

/** @throws Problem `audio-damaged` for a rate that no recorder has */
export function resamplerFor(path: string, from: number, to: number): Resampler {
  if (isConvertible(from, to)) return new Resampler(from, to)
  throw badAudio('audio-damaged', path, `a sample rate of ${from} Hz, which cannot be turned into ${to} Hz`)
}
