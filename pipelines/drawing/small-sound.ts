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

/** Hertz. */
const RATE = 16_000

/** A data URI of a WAV file: 16 kHz, 16 bits, mono, peak at full scale. @throws Problem if the file cannot be decoded */
export async function smallSound({ path, start, end, seconds }: SmallSoundOptions): Promise<string> {
  const kept = new Float32Array(Math.round(RATE * seconds))
  let length = 0
  for await (const block of soundAt(RATE, {
    path,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  })) {
    const part = block.subarray(0, kept.length - length)
    kept.set(part, length)
    length += part.length
    if (length === kept.length) break
  }
  return `data:audio/wav;base64,${integerWav(levelled(kept.subarray(0, length)), RATE).toString('base64')}`
}

/** Its peak at full scale. */
function levelled(samples: Float32Array): Int16Array {
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-4)
  return quantised(samples.map(value => value / peak))
}
