/**
 * How long the sound of an MP4 lasts (m4a, MOV, 3GP, too), by its boxes (ISO 14496-12), without a program. Read here, as a
 * few numbers are all that is needed of files of gigabytes, also of one in a tar: the readers of MP4 among the dependencies
 * want all bytes up to the end.
 */
import type { AudioFile } from './audio-file.js'

/** Boxes that a file may begin with. */
const FIRST = new Set(['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip'])
/** Seconds that lengths of one file may differ by, as they are rounded. */
const SLACK = 0.1
/** Bytes of content that are read of a box at most. */
const MOST = 65_536

/** Where the content of a box lies. */
interface Box {
  type: string
  start: number
  end: number
}

/** @param head the first bytes of a file */
export const isMp4 = (head: Uint8Array): boolean => FIRST.has(nameAt(head, 4))

/**
 * Seconds of its track of sound, what an edit list leaves out not counted. Undefined where nobody wrote them down, where
 * there are several such tracks, and where the boxes do not fit: one is cut short, or two lengths contradict each other.
 */
export function mp4Seconds(file: AudioFile): number | undefined {
  try {
    return secondsIn(file)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** @throws RangeError if a box does not fit, is missing, or is there twice */
function secondsIn(file: AudioFile): number | undefined {
  const movie = only(boxesIn(file, { start: 0, end: file.size }), 'moov')
  const boxes = boxesIn(file, movie)
  const { scale, seconds: whole } = timesIn(viewOf(file, only(boxes, 'mvhd')))
  const tracks = boxes.filter(({ type }) => type === 'trak').map(track => boxesIn(file, track))
  const fragments = boxes.find(({ type }) => type === 'mvex')
  if (fragments) return tracks.length === 1 ? fragmentsLast(file, fragments, scale) : undefined
  const [sound, second] = tracks.filter(track => isSound(file, boxesIn(file, only(track, 'mdia'))))
  if (!sound || second) return undefined
  const { seconds: track } = timesIn(viewOf(file, only(boxesIn(file, only(sound, 'mdia')), 'mdhd')))
  const edits = sound.find(({ type }) => type === 'edts')
  const seconds = (edits && editsLast(viewOf(file, only(boxesIn(file, edits), 'elst')), scale)) || track
  return seconds > 0 && seconds <= Math.min(track, whole) + SLACK ? seconds : undefined
}

/** The boxes in one, or in the file. @throws RangeError if they do not fill it */
function boxesIn(file: AudioFile, { start, end }: Omit<Box, 'type'>): Box[] {
  const boxes: Box[] = []
  for (let at = start; at < end; at = boxes.at(-1)!.end) {
    const head = file.read(at, 16)
    const view = new DataView(head.buffer)
    const short = view.getUint32(0)
    const [header, size] = short === 1 ? [16, Number(view.getBigUint64(8))] : [8, short]
    if (size < header || at + size > end) throw new RangeError(`a box of ${size} bytes at ${at}`)
    boxes.push({ type: nameAt(head, 4), start: at + header, end: at + size })
  }
  return boxes
}

function only(boxes: readonly Box[], type: string): Box {
  const [box, second] = boxes.filter(box => box.type === type)
  if (!box || second) throw new RangeError(`one '${type}' is expected`)
  return box
}

const viewOf = (file: AudioFile, { start, end }: Box) =>
  new DataView(file.read(start, Math.min(end - start, MOST)).buffer)

const isSound = (file: AudioFile, media: readonly Box[]) =>
  nameAt(new Uint8Array(viewOf(file, only(media, 'hdlr')).buffer), 8) === 'soun'

/** Of `mvhd` and `mdhd`: units a second, and the length; NaN if nobody knew it. @throws RangeError if a second has no units */
function timesIn(view: DataView): { scale: number; seconds: number } {
  const long = view.getUint8(0) === 1
  const scale = view.getUint32(long ? 20 : 12)
  if (scale === 0) throw new RangeError('no time scale')
  return { scale, seconds: unitsAt(view, long ? 24 : 16, long) / scale }
}

/** Of `elst`: what its edits last, pauses not counted; 0 if they go on to the end. */
function editsLast(view: DataView, scale: number): number {
  const long = view.getUint8(0) === 1
  let units = 0
  for (let edit = 0, at = 8; edit < view.getUint32(4); edit++, at += long ? 20 : 12) {
    const pause = view.getInt32(at + (long ? 8 : 4)) === -1
    if (!pause) units += unitsAt(view, at, long)
  }
  return units / scale
}

/** Of `mvex`: what all fragments of a film last, if its writer said so. */
function fragmentsLast(file: AudioFile, fragments: Box, scale: number): number | undefined {
  const view = viewOf(file, only(boxesIn(file, fragments), 'mehd'))
  const seconds = unitsAt(view, 4, view.getUint8(0) === 1) / scale
  return seconds > 0 ? seconds : undefined
}

/** All ones stand for 'unknown'. */
function unitsAt(view: DataView, at: number, long: boolean): number {
  const units = long ? view.getBigUint64(at) : BigInt(view.getUint32(at))
  return units === (long ? 0xffff_ffff_ffff_ffffn : 0xffff_ffffn) ? Number.NaN : Number(units)
}

const nameAt = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
