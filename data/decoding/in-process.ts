/** Ogg Vorbis, Opus and MP3 through audio-decode (WebAssembly builds of libvorbis, libopus, mpg123). */
import type { StreamDecoder } from 'audio-decode'
import type { AudioFile } from './audio-file.js'
import { badAudio, Unfit } from './bad-audio.js'
import type { Mixer, MonoBlock } from './mono.js'

const CODEC = { opus: 'opus', vorbis: 'oga', mp3: 'mp3' } as const

/** Bytes given to a decoder at once. */
const CHUNK = 65536

/**
 * Mono blocks of the bytes from `start` to `end`, which hold whole pages or frames.
 *
 * @param channels of the file, at least
 *
 * @throws Unfit if nothing can be decoded; Problem `audio-damaged` if something could
 */
export async function* decodedBlocks(
  file: AudioFile,
  codec: keyof typeof CODEC,
  { start, end, channels = 1 }: { start: number; end: number; channels?: number },
  mixer: Mixer,
): AsyncGenerator<MonoBlock> {
  const decoder = await create(codec)
  let sound = false
  try {
    for (let at = start; ; at += CHUNK) {
      const chunk = file.read(at, Math.min(CHUNK, end - at))
      const { channelData, sampleRate } = await (chunk.length > 0 ? decoder(chunk) : decoder.flush())
      if (channelData[0]?.length) {
        sound = true
        // audio-decode gives stereo whose channels are alike, be it for a moment, as one channel
        const all = channelData.length < channels ? Array(channels).fill(channelData[0]) : channelData
        yield { rate: sampleRate, samples: mixer.planar(all) }
      }
      if (chunk.length > 0) continue
      if (!sound) throw new Error('nothing in it can be decoded')
      return
    }
  } catch (error) {
    const { message } = error as Error
    throw sound ? badAudio('audio-damaged', file.path, message, error) : new Unfit(message, { cause: error })
  } finally {
    decoder.free()
  }
}

async function create(codec: keyof typeof CODEC): Promise<StreamDecoder> {
  const { default: decode } = await import('audio-decode')
  return decode[CODEC[codec]]()
}
