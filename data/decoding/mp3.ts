/** The chain of MP3 frames: each says how long it is, so that what is broken, cut or not sound at all shows. */
import type { AudioFile } from './audio-file.js'
import { type MpegFrame, mpegFrame, tagLength } from './audio-format.js'
import { Unfit } from './bad-audio.js'
import type { Note } from './mono.js'

const WINDOW = 1 << 20
/** The longest frame: MPEG 1, 320 kbit/s at 32 kHz. */
const LONGEST = 1441

/**
 * Where the frames of a file begin and end, tags left out.
 *
 * @throws Unfit if they are no unbroken chain of one kind
 */
export function mp3Range(file: AudioFile, note: Note): { start: number; end: number; channels: number } {
  const start = tagLength(file.read(0, 10))
  let [at, from, count] = [start, start, 0]
  let window = file.read(start, WINDOW)
  let kind: MpegFrame['kind'] | undefined
  let channels = 1
  while (at < file.size) {
    if (at - from + LONGEST > window.length && from + window.length < file.size) {
      window = file.read(at, WINDOW)
      from = at
    }
    const frame = mpegFrame(window, at - from)
    if (frame?.length === 0) throw new Unfit('free format')
    if (!frame || frame.kind !== (kind ?? frame.kind)) {
      behind(file, at, count, note)
      break
    }
    if (at + frame.length > file.size) {
      note(`its last frame is cut short: ${count} whole ones are read`)
      break
    }
    kind = frame.kind
    channels = Math.max(channels, frame.channels)
    at += frame.length
    count++
  }
  const declared = xingFrames(file.read(start, 200))
  if (declared !== undefined && count - 1 < declared)
    note(`it has ${Math.max(0, count - 1)} of the ${declared} frames that its header promises`)
  return { start, end: at, channels }
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

/** Frames of sound that the Xing or Info tag in the first frame counts; undefined without one. */
function xingFrames(head: Uint8Array): number | undefined {
  const frame = Buffer.from(head)
  const at = Math.max(frame.indexOf('Xing'), frame.indexOf('Info'))
  return at < 0 || at + 12 > frame.length || !(frame.readUInt32BE(at + 4) & 1) ? undefined : frame.readUInt32BE(at + 8)
}
