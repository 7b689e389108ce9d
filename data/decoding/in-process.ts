/** Ogg Vorbis, Opus and MP3 through audio-decode (WebAssembly builds of libvorbis, libopus, mpg123). */
import type { StreamDecoder } from 'audio-decode'
import type { AudioFile } from './audio-file.js'
import { badAudio, Unfit } from './bad-audio.js'
import type { Mixer, MonoBlock } from './mono.js'

const CODEC = { opus: 'opus', vorbis: 'oga', mp3: 'mp3' } as const

/** Bytes given to a decoder at once. */
const CHUNK = 65536

/** Bytes from `start` up to, not with, `end`. */
export interface ByteSpan {
  start: number
  end: number
}

/**
 * Mono blocks of some ranges of bytes, one after the other, which hold whole pages or frames.
 *
 * @param channels of the file, at least
 * @throws Unfit if nothing can be decoded; Problem `audio-damaged` if something could
 */
export async function* decodedBlocks(
  file: AudioFile,
  codec: keyof typeof CODEC,
  { ranges, channels = 1 }: { ranges: readonly ByteSpan[]; channels?: number },
  mixer: Mixer,
): AsyncGenerator<MonoBlock> {
  const decoder = await create(codec)
  let sound = false
  try {
    for (const chunk of [...chunksOf(ranges), undefined]) {
      const decoded = chunk && decoder(file.read(chunk.start, chunk.end - chunk.start))
      const { channelData, sampleRate } = await (decoded ?? decoder.flush())
      if (channelData[0]?.length) {
        sound = true
        // audio-decode gives stereo whose channels are alike, be it for a moment, as one channel
        const all = channelData.length < channels ? Array(channels).fill(channelData[0]) : channelData
        yield { rate: sampleRate, samples: mixer.planar(all) }
      }
    }
    if (!sound) throw new Error('nothing in it can be decoded')
  } catch (error) {
    const { message } = error as Error
    throw sound ? badAudio('audio-damaged', file.path, message, error) : new Unfit(message, { cause: error })
  } finally {
    decoder.free()
  }
}

const chunksOf = (ranges: readonly ByteSpan[]): ByteSpan[] =>
  ranges.flatMap(({ start, end }) =>
    Array.from({ length: Math.ceil((end - start) / CHUNK) }, (_, at) => ({
      start: start + at * CHUNK,
      end: Math.min(end, start + (at + 1) * CHUNK),
    })),
  )

async function create(codec: keyof typeof CODEC): Promise<StreamDecoder> {
  const { default: decode } = await import('audio-decode')
  return decode[CODEC[codec]]()
}
