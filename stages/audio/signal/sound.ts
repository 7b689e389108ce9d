import { decode } from '../decoding/decode.js'
import type { Note, Stretch } from '../decoding/mono.js'
import { Resampler } from './resampler.js'

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
    resampler ??= new Resampler(block.rate, rate)
    const samples = resampler.push(block.samples)
    if (samples.length) yield samples
  }
  const rest = resampler?.finish()
  if (rest?.length) yield rest
}
