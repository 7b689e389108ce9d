/** AIFF, FLAC, Ogg and MP3 through audio-decode (WebAssembly builds of libFLAC, libvorbis, libopus, minimp3). */
import type { StreamDecoder } from 'audio-decode'
import type { AudioFile } from './audio-file.js'
import type { AudioFormat } from './audio-format.js'
import { badAudio } from './bad-audio.js'
import { checkComplete, flacInfo } from './completeness.js'
import { type MonoBlock, mixDown } from './mono.js'

const CODEC = {
  wav: 'wav',
  aiff: 'aiff',
  flac: 'flac',
  'ogg-flac': 'flac',
  opus: 'opus',
  vorbis: 'oga',
  mp3: 'mp3',
} as const

/** Bytes given to a decoder at once, and the samples that a file decoded in one call may hold. */
const CHUNK = 65536
const SHORT = 1 << 22

/**
 * Mono blocks of a file. A short FLAC file is decoded in one call, by a decoder that waits for the next one: making
 * a decoder takes ten times as long as decoding two seconds.
 *
 * @throws Problem `audio-truncated`, `audio-damaged`
 */
export async function* decodedBlocks(file: AudioFile, format: AudioFormat): AsyncGenerator<MonoBlock> {
  checkComplete(file, format)
  const info = format === 'flac' || format === 'ogg-flac' ? flacInfo(file.read(0, 100)) : undefined
  const mono = (channels: Float32Array[]) => mixDown(info ? channels.map(c => rescaled(c, info.bits)) : channels)
  if (info && format === 'flac' && info.samples > 0 && info.samples * info.channels <= SHORT) {
    const whole = await shortFlac(file)
    if (whole?.channelData[0]?.length === info.samples)
      return yield { rate: whole.sampleRate, samples: mono(whole.channelData) }
  }
  let count = 0
  for await (const { channelData, sampleRate } of chunkByChunk(file, format)) {
    count += channelData[0]!.length
    yield { rate: sampleRate, samples: mono(channelData) }
  }
  if (info && count < info.samples) throw badAudio('audio-truncated', file.path, `${count} of ${info.samples} samples`)
}

type Decoded = Awaited<ReturnType<StreamDecoder>>

/** As the decoder gives it, for `size` bytes at a time. @throws Problem `audio-damaged` */
export async function* chunkByChunk(file: AudioFile, format: AudioFormat, size = CHUNK): AsyncGenerator<Decoded> {
  const decoder = await create(format)
  try {
    for (let at = 0; at < file.size; ) {
      const read = file.read(at, size)
      const chunk = format === 'flac' && at + read.length < file.size ? beforeFrameHeader(read) : read
      const decoded = await decoder(chunk)
      if (decoded.channelData[0]?.length) yield decoded
      at += chunk.length
    }
    const rest = await decoder.flush()
    if (rest.channelData[0]?.length) yield rest
  } catch (error) {
    throw badAudio('audio-damaged', file.path, (error as Error).message, error)
  } finally {
    decoder.free()
  }
}

const LONGEST_HEADER = 17

/**
 * Cuts a chunk where no FLAC frame header can stand across the cut: audio-decode 3.12 overlooks a header that arrives
 * in two pieces, and loses that frame.
 */
function beforeFrameHeader(chunk: Uint8Array): Uint8Array {
  for (let end = chunk.length; end > LONGEST_HEADER; ) {
    const sync = chunk.subarray(0, end).lastIndexOf(0xff)
    if (sync < end - LONGEST_HEADER) return chunk.subarray(0, end)
    end = sync
  }
  return chunk
}

const idle: StreamDecoder[] = []

/** The whole file at once; undefined if the decoder wants to see it piece by piece. */
async function shortFlac(file: AudioFile): Promise<Decoded | undefined> {
  const decoder = idle.pop() ?? (await create('flac'))
  try {
    const decoded = await decoder(file.read(0, file.size))
    const { samples } = flacInfo(file.read(0, 100))!
    if (decoded.channelData[0]?.length === samples) idle.push(decoder)
    else decoder.free()
    return decoded
  } catch {
    decoder.free()
    return undefined
  }
}

async function create(format: AudioFormat): Promise<StreamDecoder> {
  const { default: decode } = await import('audio-decode')
  return decode[CODEC[format]]()
}

/** libFLAC's integers come divided by 2^(bits-1) - 1; here, as everywhere, they are divided by 2^(bits-1). In place. */
function rescaled(samples: Float32Array, bits: number): Float32Array {
  const gain = 1 - 2 ** (1 - bits)
  for (let i = 0; i < samples.length; i++) samples[i] = samples[i]! * gain
  return samples
}
