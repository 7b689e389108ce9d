/**
 * The frames of a FLAC stream. A frame does not say how long it is: it ends where the next one begins and its checksum
 * comes out. So each frame that is given is what its encoder wrote.
 */
import type { AudioFile } from './audio-file.js'
import { badAudio } from './bad-audio.js'
import { type FlacInfo, frameHeader } from './flac-header.js'
import type { Note } from './mono.js'

export interface FlacFrame {
  bytes: Uint8Array
  samples: number
}

/** Bytes that a frame takes at most, for each of its channels: 65,535 samples of 4 bytes, and headers. */
const LONGEST = 4 * 65_600

/** Where a frame begins: byte, and sample of the sound. */
export interface FlacPlace {
  at: number
  sample: number
}

/** The search ends within so many seconds of what it looks for. */
const NEAR = 0.5

/** A frame that begins at a sample or before it, mostly less than a second before. */
export function flacPlace(file: AudioFile, info: FlacInfo, sample: number): FlacPlace {
  let low: FlacPlace = { at: info.start, sample: 0 }
  let high = file.size
  while (sample - low.sample > NEAR * info.rate && high - low.at > 1) {
    const middle = Math.floor((low.at + high) / 2)
    const found = firstFrameFrom(file, info, middle)
    if (!found || found.at >= high || found.sample > sample) high = middle
    else if (found.sample <= low.sample) break
    else low = found
  }
  return low
}

/** The first frame that begins at a byte or behind it, and that is followed by another one. */
function firstFrameFrom(file: AudioFile, info: FlacInfo, from: number): FlacPlace | undefined {
  const window = file.read(from, LONGEST * info.channels)
  for (let at = window.indexOf(0xff); at >= 0; at = window.indexOf(0xff, at + 1)) {
    const header = frameHeader(window, at)
    if (!header) continue
    const longest = 64 + 4 * info.channels * (1 + header.samples)
    if (frameEnd(window, at, longest) === undefined) continue
    return { at: from + at, sample: header.fixed ? header.number * info.block : header.number }
  }
  return undefined
}

/**
 * The frames from a place up to the samples that the header declares, about a second at a time: who reads a stretch decodes
 * little behind it. What stands behind them (a tag, another stream) is no part of the stream.
 *
 * @throws Problem `audio-damaged` where a frame is not what was written, or is missing
 */
export function* flacFrames(
  file: AudioFile,
  info: FlacInfo,
  note: Note,
  place: FlacPlace = { at: info.start, sample: 0 },
): Generator<FlacFrame[]> {
  const declared = info.samples || Number.POSITIVE_INFINITY
  const room = LONGEST * info.channels
  let { sample: given, at: from } = place
  let expected: number | undefined
  while (given < declared && from < file.size) {
    const window = file.read(from, 2 * room)
    const tail = from + window.length === file.size
    let frames: FlacFrame[] = []
    let [at, held] = [0, 0]
    while (given < declared && at < window.length && (tail || window.length - at > room)) {
      const header = frameHeader(window, at)
      const longest = 64 + 4 * info.channels * (1 + (header?.samples ?? 0))
      const last = header && given + header.samples >= declared
      const end = header && (frameEnd(window, at, longest) ?? (last ? lastEnd(window, at, longest) : undefined))
      if (end === undefined && tail && noFrame(window, at)) {
        if (frames.length > 0) yield frames
        return note(whatIsThere(given, info.samples))
      }
      const where = `${(given / info.rate).toFixed(2)} s in`
      if (!header || end === undefined)
        throw badAudio('audio-damaged', file.path, `a FLAC frame ${where} is not what was written`)
      if (header.number !== (expected ?? header.number))
        throw badAudio('audio-damaged', file.path, `FLAC frames are missing ${where}`)
      expected = header.number + (header.fixed ? 1 : header.samples)
      frames.push({ bytes: window.subarray(at, end), samples: header.samples })
      given += header.samples
      held += header.samples
      at = end
      if (held < info.rate) continue
      yield frames
      frames = []
      held = 0
    }
    if (frames.length > 0) yield frames
    from += at
  }
  if (given < info.samples) note(whatIsThere(given, info.samples))
  if (from < file.size) note(`${file.size - from} bytes behind its sound are no part of it`)
}

const whatIsThere = (given: number, declared: number) =>
  declared > 0 ? `${given} of the ${declared} samples that its header promises are there` : 'it ends inside a frame'

/** Whether no frame begins behind a place. */
function noFrame(bytes: Uint8Array, at: number): boolean {
  for (let next = bytes.indexOf(0xff, at + 1); next >= 0; next = bytes.indexOf(0xff, next + 1))
    if (frameHeader(bytes, next)) return false
  return true
}

/** Where the frame ends that begins at a place: its checksum comes out, and another frame, a tag or nothing follows. */
function frameEnd(bytes: Uint8Array, at: number, longest: number): number | undefined {
  for (const end of endings(bytes, at, longest))
    if (
      end === bytes.length ||
      frameHeader(bytes, end) ||
      OTHERS.has(String.fromCharCode(...bytes.subarray(end, end + 3)))
    )
      return end
  return undefined
}

/** The last place where the checksum of the last frame comes out: anything may follow. */
function lastEnd(bytes: Uint8Array, at: number, longest: number): number | undefined {
  let last: number | undefined
  for (const end of endings(bytes, at, longest)) last = end
  return last
}

/** Where a frame may end: its checksum comes out there. One place in 65,536 does so by chance. */
function* endings(bytes: Uint8Array, at: number, longest: number): Generator<number> {
  const until = Math.min(bytes.length, at + longest)
  let sum = 0
  for (let i = at; i < until; i++) {
    sum = ((sum << 8) & 0xffff) ^ CRC16[(sum >> 8) ^ bytes[i]!]!
    if (sum === 0 && i > at + 2) yield i + 1
  }
}

/** How tags and streams begin that may follow. */
const OTHERS = new Set(['fLa', 'ID3', 'TAG', 'APE'])

/** CRC-16 with polynomial 0x8005, by byte. */
const CRC16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 8
  for (let bit = 0; bit < 8; bit++) sum = sum & 0x8000 ? (sum << 1) ^ 0x8005 : sum << 1
  return sum
})
