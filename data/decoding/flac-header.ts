/** Headers of FLAC streams and frames (RFC 9639, 8.2 and 9.1). */
import type { AudioFile } from './audio-file.js'
import { tagLength } from './audio-format.js'
import { Unfit } from './bad-audio.js'

/** What STREAMINFO says; 0 samples if the encoder did not know. */
export interface FlacInfo {
  rate: number
  channels: number
  bits: number
  samples: number
  /** Samples of a frame, where all frames but the last have as many. */
  block: number
  /** Where the first frame begins. */
  start: number
}

/** @throws Unfit if it is damaged */
export function flacInfo(file: AudioFile): FlacInfo {
  const magic = tagLength(file.read(0, 10))
  const bytes = file.read(magic + 4, 38)
  if (bytes.length < 38 || (bytes[0]! & 0x7f) !== 0) throw new Unfit('its FLAC header is damaged')
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const rates = view.getUint32(14)
  return {
    rate: rates >>> 12,
    channels: ((rates >> 9) & 7) + 1,
    bits: ((rates >> 4) & 31) + 1,
    samples: (rates & 15) * 2 ** 32 + view.getUint32(18),
    block: view.getUint16(4),
    start: firstFrame(file, magic + 4),
  }
}

function firstFrame(file: AudioFile, blocks: number): number {
  for (let at = blocks; ; ) {
    const head = file.read(at, 4)
    if (head.length < 4) throw new Unfit('its FLAC header is cut short')
    at += 4 + ((head[1]! << 16) | (head[2]! << 8) | head[3]!)
    if (head[0]! & 0x80) return at
  }
}

export interface FrameHeader {
  samples: number
  /** Of the frame or, where frames differ in length, of its first sample. */
  number: number
  fixed: boolean
}

/** The frame header at a place, if its own checksum is right. */
export function frameHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0) & 0xfe) !== 0xf8) return undefined
  const [sizes, rates] = [bytes[at + 2]! >> 4, bytes[at + 2]! & 15]
  const lead = bytes[at + 4] ?? 0xff
  const more = lead < 0x80 ? 0 : Math.clz32(~(lead << 24)) - 1 // as in UTF-8
  let number = more === 0 ? lead : lead & (0x3f >> more)
  for (let i = 1; i <= more; i++) number = number * 64 + (bytes[at + 4 + i]! & 0x3f)
  let next = at + 5 + more
  let samples = sizes === 1 ? 192 : sizes <= 5 ? 576 << (sizes - 2) : 256 << (sizes - 8)
  if (sizes === 6) samples = bytes[next++]! + 1
  if (sizes === 7) samples = bytes[next++]! * 256 + bytes[next++]! + 1
  next += rates === 12 ? 1 : rates === 13 || rates === 14 ? 2 : 0
  if (sizes === 0 || rates === 15 || more > 6 || next >= bytes.length || checksum8(bytes, at, next) !== bytes[next])
    return undefined
  return { samples, number, fixed: bytes[at + 1] === 0xf8 }
}

/** CRC-8 with polynomial 0x07. */
function checksum8(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) {
    sum ^= bytes[i]!
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80 ? ((sum << 1) ^ 0x07) & 0xff : sum << 1
  }
  return sum
}
