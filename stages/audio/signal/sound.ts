import { badAudio } from '../decoding/bad-audio.js'
import { decode } from '../decoding/decode.js'
import type { Stretch } from '../decoding/mono.js'
import { Resampler } from './resampler.js'

export interface Sound extends Stretch {
  /** Absolute path. */
  path: string
}

/** Mono blocks of a file at `rate`. @throws Problem as `decode` */
export async function* soundAt(rate: number, { path, start, end }: Sound): AsyncGenerator<Float32Array> {
  let resampler: Resampler | undefined
  for await (const block of decode(path, { start, end })) {
    if (!Number.isInteger(block.rate)) throw badAudio('audio-damaged', path, `sample rate ${block.rate}`)
    resampler ??= new Resampler(block.rate, rate)
    const samples = resampler.push(block.samples)
    if (samples.length) yield samples
  }
  const rest = resampler?.finish()
  if (rest?.length) yield rest
}
