/**
 * WAV with integer or float samples, read block by block and by position. Integers become v / 2^(bits - 1) on both
 * sides of zero, as libsndfile and ffmpeg do it.
 */
import type { AudioFile } from './audio-file.js'
import { badAudio, Unfit } from './bad-audio.js'
import { checkReaches, type Mixer, type MonoBlock, type Note, type Stretch } from './mono.js'
import { chunkAt, readWavHeader, type WavHeader, wavHeader } from './wav-header.js'

const FRAMES = 65536
const WRAP = 2 ** 32

/** Bytes of whole frames as one channel. */
export function monoSamples(bytes: Uint8Array, { encoding, bits, channels, frame }: WavHeader, mixer: Mixer) {
  const count = Math.floor(bytes.length / frame) * channels
  const aligned = bytes.byteOffset % (bits / 8) === 0 ? bytes : new Uint8Array(bytes)
  const of = <T>(Type: new (buffer: ArrayBuffer, offset: number, length: number) => T) =>
    new Type(aligned.buffer as ArrayBuffer, aligned.byteOffset, count)
  if (encoding === 3) return mixer.interleaved(bits === 32 ? of(Float32Array) : of(Float64Array), 1, channels)
  if (bits === 16) return mixer.interleaved(of(Int16Array), 2 ** -15, channels)
  if (bits === 32) return mixer.interleaved(of(Int32Array), 2 ** -31, channels)
  const integers = new Int32Array(count)
  if (bits === 8) for (let i = 0; i < count; i++) integers[i] = bytes[i]! - 128
  else
    for (let i = 0, at = 0; i < count; i++, at += 3)
      integers[i] = ((bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) << 8) >> 8
  return mixer.interleaved(integers, 2 ** (1 - bits), channels)
}

/**
 * Header of a WAV file that this reader can read, with the bytes of sound that are there.
 *
 * @throws Unfit for other encodings and for headers that contradict themselves; Problem `audio-no-channels`
 */
export function openWav(file: AudioFile, note: Note): WavHeader {
  const header = readWavHeader((at, length) => file.read(at, length))
  if (!header) throw new Unfit('it has no samples, or no format before them')
  const { encoding, bits, channels, frame } = header
  if (channels === 0) throw badAudio('audio-no-channels', file.path)
  const width = (channels * bits) / 8
  const plain = (encoding === 1 && [8, 16, 24, 32].includes(bits)) || (encoding === 3 && (bits === 32 || bits === 64))
  if (!plain) {
    soundThere(file, header, note)
    throw new Unfit(`encoding ${encoding} with ${bits} bits`)
  }
  if (frame !== 0 && frame !== width)
    throw badAudio(
      'audio-damaged',
      file.path,
      `blocks of ${frame} bytes cannot hold ${channels} channels of ${bits} bits`,
    )
  if (frame === 0)
    note(`its header gives blocks of 0 bytes; ${width} is what ${channels} channels of ${bits} bits take`)
  return { ...header, frame: width, data: { start: header.data.start, length: soundThere(file, header, note) } }
}

/** Bytes of sound: as the header says, or what there is. */
function soundThere(file: AudioFile, { data: { start, length } }: WavHeader, note: Note): number {
  const there = file.size - start
  if (length === Number.POSITIVE_INFINITY) return there
  if (length === 0 && there > 0 && !endsInChunks(file, start)) {
    note('its header was never finished, and gives 0 bytes of sound: it is read to the end of the file')
    return there
  }
  if (length > there) {
    note(`${there} of the ${length} bytes of sound that its header promises are there`)
    return there
  }
  const wraps = Math.floor((there - length) / WRAP) // a 32-bit size cannot say more
  if (wraps === 0) {
    const behind = start + length + (length % 2)
    if (!endsInChunks(file, behind))
      note(`${file.size - behind} bytes behind its ${length} bytes of sound are no chunk`)
    return length
  }
  note(`its header promises ${length} bytes of sound; sizes beyond 4 GiB do not fit there, and there is more`)
  return length + wraps * WRAP
}

/** Whether nothing but well-formed chunks stands from a place to the end: then they are no sound. */
function endsInChunks(file: AudioFile, from: number): boolean {
  let at = from
  while (at < file.size) {
    const chunk = chunkAt((position, length) => file.read(position, length), at)
    if (!chunk || !/^[ -~]{4}$/.test(chunk.name)) return false
    at += 8 + chunk.length + (chunk.length % 2)
  }
  return at - file.size <= 1
}

/** Mono blocks of a WAV file; a stretch is read without reading what lies before it. @throws as `openWav` */
export function* wavBlocks(file: AudioFile, { start, end }: Stretch, mixer: Mixer, note: Note): Generator<MonoBlock> {
  const header = openWav(file, note)
  const { rate, frame, data } = header
  const total = Math.floor(data.length / frame)
  if (total === 0) throw badAudio('audio-no-samples', file.path)
  checkReaches(file.path, start, total, rate)
  const last = end === undefined ? total : Math.min(total, Math.round(end * rate))
  for (let at = Math.round((start ?? 0) * rate); at < last; at += FRAMES) {
    const bytes = file.read(data.start + at * frame, Math.min(FRAMES, last - at) * frame)
    yield { rate, samples: monoSamples(bytes, header, mixer) }
  }
}

/** Mono blocks of a WAV stream, as ffmpeg writes it to a pipe. */
export async function* pipedWavBlocks(chunks: AsyncIterable<Uint8Array>, mixer: Mixer): AsyncGenerator<MonoBlock> {
  let header: WavHeader | undefined
  let pending: Uint8Array = new Uint8Array(0)
  for await (const chunk of chunks) {
    const bytes = pending.length ? Buffer.concat([pending, chunk]) : chunk
    header ??= wavHeader(bytes)
    pending = bytes
    if (!header) continue
    const skip = header.data.start
    header = { ...header, data: { start: 0, length: Number.POSITIVE_INFINITY } }
    const whole = Math.floor((bytes.length - skip) / header.frame) * header.frame
    if (whole > 0) yield { rate: header.rate, samples: monoSamples(bytes.subarray(skip, skip + whole), header, mixer) }
    pending = bytes.subarray(skip + Math.max(0, whole))
  }
}
