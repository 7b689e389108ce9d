/** The beginning of a clip, small enough to travel inside a page. */
import { soundAt } from '../../stages/audio/signal/sound.js'

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
  return `data:audio/wav;base64,${pcm16(kept.subarray(0, length)).toString('base64')}`
}

function pcm16(samples: Float32Array): Buffer {
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-4)
  const file = Buffer.alloc(44 + 2 * samples.length)
  file.write('RIFF', 0, 'latin1')
  file.writeUInt32LE(file.length - 8, 4)
  file.write('WAVEfmt ', 8, 'latin1')
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20) // PCM
  file.writeUInt16LE(1, 22) // mono
  file.writeUInt32LE(RATE, 24)
  file.writeUInt32LE(2 * RATE, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36, 'latin1')
  file.writeUInt32LE(2 * samples.length, 40)
  for (const [at, value] of samples.entries()) file.writeInt16LE(Math.round((32_767 * value) / peak), 44 + 2 * at)
  return file
}
