/**
 * WAV with integer or float samples, read block by block and by position. Integers become v / 2^(bits - 1) on both
 * sides of zero, as libsndfile and ffmpeg do it.
 */
import type { AudioFile } from './audio-file.js'
import { badAudio } from './bad-audio.js'
import type { MonoBlock, Stretch } from './mono.js'

export interface WavHeader {
  /** 1 integer, 3 float; others (A-law, ADPCM, ...) are not for this reader. */
  encoding: number
  channels: number
  rate: number
  bits: number
  /** Bytes of one sample of all channels. */
  frame: number
  /** Where the samples begin and how many bytes the header promises; Infinity if it was written to a pipe. */
  data: { start: number; length: number }
}

const FRAMES = 65536

/** Reads what stands before the samples; undefined while `bytes` does not reach them. */
export function wavHeader(bytes: Uint8Array): WavHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let long: number | undefined
  let format: Omit<WavHeader, 'data'> | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = String.fromCharCode(...bytes.subarray(at, at + 4))
    const length = view.getUint32(at + 4, true)
    if (name === 'data') {
      const piped = length === 0xffffffff || (length === 0 && view.getUint32(4, true) === 0)
      return (
        format && { ...format, data: { start: at + 8, length: long ?? (piped ? Number.POSITIVE_INFINITY : length) } }
      )
    }
    if (at + 8 + length > bytes.length) return undefined
    if (name === 'ds64') long = Number(view.getBigUint64(at + 16, true))
    if (name === 'fmt ' && length >= 16) {
      const tag = view.getUint16(at + 8, true)
      format = {
        encoding: tag === 0xfffe && length >= 26 ? view.getUint16(at + 32, true) : tag,
        channels: view.getUint16(at + 10, true),
        rate: view.getUint32(at + 12, true),
        frame: view.getUint16(at + 20, true),
        bits: view.getUint16(at + 22, true),
      }
    }
    at += 8 + length + (length % 2)
  }
  return undefined
}

/** Whether `monoSamples` can read it. */
export const isPlain = ({ encoding, bits, channels, frame }: WavHeader) =>
  ((encoding === 1 && [8, 16, 24, 32].includes(bits)) || (encoding === 3 && [32, 64].includes(bits))) &&
  frame === (channels * bits) / 8

/** Bytes of whole frames to the mean of their channels. */
export function monoSamples(bytes: Uint8Array, { encoding, bits, channels, frame }: WavHeader): Float32Array {
  const mono = new Float32Array(Math.floor(bytes.length / frame))
  const count = mono.length * channels
  const aligned = bytes.byteOffset % (bits / 8) === 0 ? bytes : new Uint8Array(bytes)
  const of = <T>(Type: new (buffer: ArrayBuffer, offset: number, length: number) => T) =>
    new Type(aligned.buffer as ArrayBuffer, aligned.byteOffset, count)
  if (encoding === 3) return average(bits === 32 ? of(Float32Array) : of(Float64Array), 1, channels, mono)
  if (bits === 16) return average(of(Int16Array), 2 ** -15, channels, mono)
  if (bits === 32) return average(of(Int32Array), 2 ** -31, channels, mono)
  const integers = new Int32Array(count)
  if (bits === 8) for (let i = 0; i < count; i++) integers[i] = bytes[i]! - 128
  else
    for (let i = 0, at = 0; i < count; i++, at += 3)
      integers[i] = ((bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) << 8) >> 8
  return average(integers, 2 ** (1 - bits), channels, mono)
}

function average(
  values: Int16Array | Int32Array | Float32Array | Float64Array,
  unit: number,
  channels: number,
  mono: Float32Array,
): Float32Array {
  if (channels === 1) for (let i = 0; i < mono.length; i++) mono[i] = values[i]! * unit
  else
    for (let i = 0, at = 0; i < mono.length; i++) {
      let sum = 0
      for (let c = 0; c < channels; c++) sum += values[at++]!
      mono[i] = (sum * unit) / channels
    }
  return mono
}

/** Header of a WAV file. @throws Problem `audio-truncated`, `audio-no-channels`, `audio-no-samples` */
export function openWav(file: AudioFile): WavHeader {
  let header: WavHeader | undefined
  for (let length = 4096; !header; length *= 8) {
    const head = file.read(0, length)
    header = wavHeader(head)
    if (!header && head.length === file.size) throw badAudio('audio-truncated', file.path, 'no samples in it')
  }
  if (header.channels === 0) throw badAudio('audio-no-channels', file.path)
  const there = file.size - header.data.start
  if (header.data.length === Number.POSITIVE_INFINITY) return { ...header, data: { ...header.data, length: there } }
  if (header.data.length > there)
    throw badAudio('audio-truncated', file.path, `${there} of ${header.data.length} bytes of sound`)
  return header
}

/** Mono blocks of a plain WAV file; a stretch is read without reading what lies before it. */
export function* wavBlocks(file: AudioFile, header: WavHeader, { start = 0, end }: Stretch): Generator<MonoBlock> {
  const { rate, frame, data } = header
  const total = Math.floor(data.length / frame)
  const last = end === undefined ? total : Math.min(total, Math.round(end * rate))
  for (let at = Math.round(start * rate); at < last; at += FRAMES) {
    const bytes = file.read(data.start + at * frame, Math.min(FRAMES, last - at) * frame)
    yield { rate, samples: monoSamples(bytes, header) }
  }
}

/** Mono blocks of a WAV stream, as ffmpeg writes it to a pipe. */
export async function* pipedWavBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<MonoBlock> {
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
    if (whole > 0) yield { rate: header.rate, samples: monoSamples(bytes.subarray(skip, skip + whole), header) }
    pending = bytes.subarray(skip + Math.max(0, whole))
  }
}
