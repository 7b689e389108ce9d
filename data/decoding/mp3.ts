/** The chain of MP3 frames: each says how long it is, so that what is broken, cut or not sound at all shows. */
import type { AudioFile } from './audio-file.js'
import { type MpegFrame, mpegFrame, tagLength } from './audio-format.js'
import { Unfit } from './bad-audio.js'
import type { ByteSpan } from './in-process.js'
import type { Note, Stretch } from './mono.js'

const WINDOW = 1 << 20
/** The longest frame: MPEG 1, 320 kbit/s at 32 kHz. */
const LONGEST = 1441

/** Where the frames of a file lie, tags left out. */
export interface Mp3Frames {
  /** Byte at which each frame begins, and the one behind the last. */
  places: number[]
  rate: number
  /** At least. */
  channels: number
  /** Samples of a frame. */
  samples: number
  /** Whether the first frame is no sound, but says how many frames there are and what the encoder added. */
  informed: boolean
  /** Samples that the encoder added in front and behind; a decoder leaves them out. */
  added: number
  notes: readonly string[]
}

/** Frames of files that were read last: a stretch of one is found without walking over it again. */
const KEPT = 8
const kept = new Map<string, Mp3Frames>()

/** @throws Unfit if the frames are no unbroken chain of one kind */
export function mp3Frames(file: AudioFile, note: Note): Mp3Frames {
  const known = kept.get(file.version)
  kept.delete(file.version)
  for (const oddity of known?.notes ?? []) note(oddity)
  const frames = known ?? walked(file, note)
  kept.set(file.version, frames)
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!)
  return frames
}

function walked(file: AudioFile, told: Note): Mp3Frames {
  const notes: string[] = []
  const note = (oddity: string) => {
    notes.push(oddity)
    told(oddity)
  }
  const start = tagLength(file.read(0, 10))
  const places: number[] = []
  let [at, from] = [start, start]
  let window = file.read(start, WINDOW)
  let first: MpegFrame | undefined
  let channels = 1
  while (at < file.size) {
    if (at - from + LONGEST > window.length && from + window.length < file.size) {
      window = file.read(at, WINDOW)
      from = at
    }
    const frame = mpegFrame(window, at - from)
    if (frame?.length === 0) throw new Unfit('free format')
    if (!frame || frame.kind !== (first ?? frame).kind) {
      behind(file, at, places.length, note)
      break
    }
    if (at + frame.length > file.size) {
      note(`its last frame is cut short: ${places.length} whole ones are read`)
      break
    }
    first ??= frame
    channels = Math.max(channels, frame.channels)
    places.push(at)
    at += frame.length
  }
  const { informed, frames: declared, added } = informationIn(file.read(start, 400))
  const count = places.length
  if (declared !== undefined && count - 1 < declared)
    note(`it has ${Math.max(0, count - 1)} of the ${declared} frames that its header promises`)
  const { rate = 1, samples = 1 } = first ?? {}
  return { places: [...places, at], rate, channels, samples, informed, added, notes }
}

/** @throws Unfit as `mp3Frames` */
export function mp3Format(file: AudioFile): { rate: number; seconds: number } {
  const { places, rate, samples, informed, added } = mp3Frames(file, () => {})
  return { rate, seconds: Math.max(0, (places.length - 1 - Number(informed)) * samples - added) / rate }
}

/** Frames in front of a place whose bits and filter states its sound may hang on, and some more. */
const BEFORE = 12
/** mpg123 adds up its filters in an order that mostly comes round after so many frames; another one gives other last bits. */
const ROUND = 16

/**
 * What a decoder is to be given for a stretch: the frame of information and the frames of the stretch, some in front.
 *
 * @returns ranges of bytes, the place of the first sample that comes out of them, and the stretch without what the
 *   encoder added at the end, which a decoder knows only if it has counted from the beginning
 */
export function mp3Stretch(
  { places, rate, samples, informed, added }: Mp3Frames,
  stretch: Stretch,
): { ranges: ByteSpan[]; first: number; heard: Stretch } {
  const { start = 0, end = Number.POSITIVE_INFINITY } = stretch
  const lead = Number(informed)
  const count = places.length - 1 - lead
  const before = Math.min(count, Math.floor((start * rate) / samples)) - BEFORE
  const from = Math.max(0, ROUND * Math.floor(before / ROUND))
  const to = Math.min(count, Math.ceil((end * rate) / samples) + BEFORE)
  const sound = { start: places[lead + from]!, end: places[lead + to]! }
  const ranges = informed && from > 0 ? [{ start: places[0]!, end: places[1]! }, sound] : [sound]
  if (informed && from === 0) sound.start = places[0]!
  const seconds = (count * samples - added) / rate
  const heard = from > 0 && start < seconds ? { start, end: Math.min(end, seconds) } : stretch
  return { ranges, first: from * samples, heard }
}

/** What no frame begins with: a tag (ID3v1, Lyrics3, APE), zeros, or something else. @throws Unfit if more sound follows */
function behind(file: AudioFile, at: number, count: number, note: Note): void {
  const rest = file.read(at, WINDOW)
  const text = String.fromCharCode(...rest.subarray(0, 8))
  if (text.startsWith('TAG') || text === 'APETAGEX' || text.startsWith('LYRICS') || rest.every(byte => byte === 0))
    return
  if (soundFollows(rest)) {
    note(`its frames are broken behind the first ${count}: what can be read of the rest is read`)
    throw new Unfit(`its frames are broken behind the first ${count}`)
  }
  note(`${file.size - at} bytes behind its last frame are no sound`)
}

/** Whether two frames of one kind stand in it, one right behind the other. */
function soundFollows(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const frame = mpegFrame(bytes, at)
    if (frame && frame.length > 0 && mpegFrame(bytes, at + frame.length)?.kind === frame.kind) return true
  }
  return false
}

/** What the Xing or Info tag in the first frame says; nothing without one. */
function informationIn(head: Uint8Array): { informed: boolean; frames?: number; added: number } {
  const frame = Buffer.from(head)
  const at = Math.max(frame.indexOf('Xing'), frame.indexOf('Info'))
  if (at < 0 || at + 12 > frame.length) return { informed: false, added: 0 }
  const flags = frame.readUInt32BE(at + 4)
  const encoder = at + 8 + [4, 4, 100, 4].reduce((sum, bytes, bit) => sum + (flags & (1 << bit) ? bytes : 0), 0)
  const gaps = encoder + 24 <= frame.length && frame[encoder] !== 0 ? frame.readUIntBE(encoder + 21, 3) : 0
  return {
    informed: true,
    ...(flags & 1 && { frames: frame.readUInt32BE(at + 8) }),
    added: (gaps >> 12) + (gaps & 0xfff),
  }
}
