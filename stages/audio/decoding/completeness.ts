/**
 * Whether a file holds all the sound that it declares. FLAC declares its samples, Ogg marks its last page, AIFF and
 * tagged MP3 state their bytes. An MP3 without such a tag declares nothing: what is there is taken.
 */
import type { AudioFile } from './audio-file.js'
import { type AudioFormat, tagLength } from './audio-format.js'
import { badAudio } from './bad-audio.js'

const LONGEST_PAGE = 27 + 255 + 255 * 255

/** @throws Problem `audio-truncated` if the file ends before the end that it declares */
export function checkComplete(file: AudioFile, format: AudioFormat): void {
  if (format === 'aiff') {
    const form = new DataView(file.read(0, 8).buffer).getUint32(4) + 8
    if (form > file.size) throw badAudio('audio-truncated', file.path, `${file.size} of ${form} bytes`)
  }
  if (format === 'mp3') {
    const declared = mp3Bytes(file)
    if (declared > file.size) throw badAudio('audio-truncated', file.path, `${file.size} of ${declared} bytes`)
  }
  if (format === 'opus' || format === 'vorbis' || format === 'ogg-flac') {
    if (!endsWithLastPage(file.read(Math.max(0, file.size - LONGEST_PAGE), LONGEST_PAGE)))
      throw badAudio('audio-truncated', file.path, 'no last Ogg page')
  }
}

/** What the STREAMINFO of a FLAC stream says; 0 samples if the encoder did not know. */
export interface FlacInfo {
  channels: number
  bits: number
  samples: number
}

/** @param head the first 100 bytes of a FLAC or Ogg FLAC file */
export function flacInfo(head: Uint8Array): FlacInfo | undefined {
  const at = Buffer.from(head.buffer, head.byteOffset, head.length).indexOf('fLaC') + 8
  if (at < 8 || at + 18 > head.length) return undefined
  const [a, b, c] = [head[at + 12]!, head[at + 13]!, new DataView(head.buffer, head.byteOffset + at + 14).getUint32(0)]
  return { channels: ((a >> 1) & 7) + 1, bits: (((a & 1) << 4) | (b >> 4)) + 1, samples: (b & 15) * 2 ** 32 + c }
}

function endsWithLastPage(tail: Uint8Array): boolean {
  const at = Buffer.from(tail.buffer, tail.byteOffset, tail.length).lastIndexOf('OggS')
  if (at < 0 || at + 27 > tail.length || !(tail[at + 5]! & 4)) return false
  let end = at + 27 + tail[at + 26]!
  for (let i = at + 27; i < at + 27 + tail[at + 26]!; i++) end += tail[i] ?? LONGEST_PAGE
  return end <= tail.length
}

/** File size that a Xing or Info tag in the first MPEG frame asks for; 0 without one. */
function mp3Bytes(file: AudioFile): number {
  const start = tagLength(file.read(0, 10))
  const frame = Buffer.from(file.read(start, 200))
  const at = Math.max(frame.indexOf('Xing'), frame.indexOf('Info'))
  const flags = at < 0 || at + 16 > frame.length ? 0 : frame.readUInt32BE(at + 4)
  return flags & 2 ? start + frame.readUInt32BE(at + (flags & 1 ? 12 : 8)) : 0
}
