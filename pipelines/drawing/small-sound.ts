/** The beginning of a clip, small enough to travel inside a page. */
import { soundAt } from '../../stages/audio/signal/sound.js'
import { integerWav, quantised } from './wav-file.js'

export interface SmallSoundOptions {
  path: string
  start?: number | undefined
  end?: number | undefined
  /** Seconds kept. */
  seconds: number
}

/** Hertz of what is kept. */
export const SMALL_RATE = 16_000

/** A data URI of a WAV file: 16 kHz, 16 bits, mono, peak at full scale. @throws Problem if the file cannot be decoded */
export async function smallSound(options: SmallSoundOptions): Promise<string> {
  return `data:audio/wav;base64,${smallWav(await smallSamples(options)).toString('base64')}`
}

/** Mono, 16 kHz; what is there if the sound is shorter. @throws Problem if the file cannot be decoded */
export async function smallSamples({ path, start, end, seconds }: SmallSoundOptions): Promise<Float32Array> {
  const kept = new Float32Array(Math.round(SMALL_RATE * seconds))
  let length = 0
  for await (const block of soundAt(SMALL_RATE, {
    path,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  })) {
    const part = block.subarray(0, kept.length - length)
    kept.set(part, length)
    length += part.length
    if (length === kept.length) break
  }
  return kept.subarray(0, length)
}

/** A WAV file of 16 bits, its peak at full scale. */
export function smallWav(samples: Float32Array): Buffer {
  let peak = 1e-4
  for (const value of samples) peak = Math.max(peak, Math.abs(value))
  return integerWav(quantised(samples.map(value => value / peak)), SMALL_RATE)
}
