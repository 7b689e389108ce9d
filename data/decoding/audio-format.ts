import type { AudioFile } from './audio-file.js'

/** Which reader a file's first bytes ask for; its name and extension do not matter. All others go to ffmpeg. */
export type AudioFormat = 'wav' | 'flac' | 'opus' | 'vorbis' | 'ogg' | 'mp3'

export function formatOf(file: AudioFile): AudioFormat | undefined {
  const head = file.read(0, 64)
  const tag = tagLength(head)
  return audioFormat(tag ? file.read(0, tag + 64) : head)
}

/** @param head the first 64 bytes, more if there is an ID3 tag in front */
export function audioFormat(head: Uint8Array): AudioFormat | undefined {
  const text = (at: number, length: number) => String.fromCharCode(...head.subarray(at, at + length))
  const magic = text(0, 4)
  if ((magic === 'RIFF' || magic === 'RF64' || magic === 'BW64') && text(8, 4) === 'WAVE') return 'wav'
  const start = tagLength(head)
  if (text(start, 4) === 'fLaC') return 'flac'
  if (magic === 'OggS') {
    if (text(28, 8) === 'OpusHead') return 'opus'
    return text(28, 7) === '\x01vorbis' ? 'vorbis' : 'ogg'
  }
  return mpegFrame(head, start) ? 'mp3' : undefined
}

/** Bytes of an ID3v2 tag in front of the sound; 0 without one. */
export function tagLength(head: Uint8Array): number {
  if (head[0] !== 0x49 || head[1] !== 0x44 || head[2] !== 0x33 || head.length < 10) return 0
  const size = (head[6]! << 21) | (head[7]! << 14) | (head[8]! << 7) | head[9]!
  return 10 + size + (head[5]! & 0x10 ? 10 : 0)
}

export interface MpegFrame {
  /** Bytes, header and all; 0 if its bit rate is not one of the table (free format). */
  length: number
  /** MPEG version and sample rate: what may not change within a file. */
  kind: number
  rate: number
  channels: number
  samples: number
}

/** kbit/s of layer III by index, for MPEG 1 and for MPEG 2 and 2.5. */
const BIT_RATES = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const
const RATES = [44100, 48000, 32000] as const

/** The frame of MPEG audio layer III at a place, if its header is a legal one (ISO 11172-3, 2.4.1.3). */
export function mpegFrame(bytes: Uint8Array, at: number): MpegFrame | undefined {
  const [sync, version, rates, mode] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]
  if (sync !== 0xff || version === undefined || rates === undefined || mode === undefined) return undefined
  if ((version & 0xe0) !== 0xe0 || (version & 0x18) === 0x08 || (version & 0x06) !== 0x02) return undefined
  if (rates >> 4 === 15 || (rates & 0x0c) === 0x0c || (mode & 0x03) === 0x02) return undefined
  const mpeg1 = (version & 0x18) === 0x18
  const rate = RATES[(rates >> 2) & 3]! >> (mpeg1 ? 0 : version & 0x10 ? 1 : 2)
  const kilobits = BIT_RATES[mpeg1 ? 0 : 1][rates >> 4]!
  const length = Math.floor(((mpeg1 ? 144_000 : 72_000) * kilobits) / rate) + ((rates >> 1) & 1)
  return {
    length: kilobits === 0 ? 0 : length,
    kind: ((version & 0x18) << 8) | (rates & 0x0c),
    rate,
    channels: mode >> 6 === 3 ? 1 : 2,
    samples: mpeg1 ? 1152 : 576,
  }
}
