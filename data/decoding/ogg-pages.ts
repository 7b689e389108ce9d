/** Ogg pages (RFC 3533): each carries its number and a checksum, so that damage shows before anything is decoded. */
import type { AudioFile } from './audio-file.js'
import { badAudio, Unfit } from './bad-audio.js'
import type { Note } from './mono.js'

const WINDOW = 1 << 20
const LONGEST_PAGE = 27 + 255 + 255 * 255
const FIRST = 2
const LAST = 4

/** One stream; streams may follow one another in a file. */
export interface OggLink {
  /** Bytes. */
  start: number
  end: number
  /** Samples up to its end, as its last page counts them; undefined if none does. */
  samples: number | undefined
}

interface Page {
  length: number
  first: boolean
  last: boolean
  serial: number
  number: number
  checksum: number
  computed: number
  /** Samples up to the end of the last packet that ends in it; negative if none does. */
  position: bigint
}

/**
 * The streams of a file, all pages checked.
 *
 * @throws Problem `audio-truncated` if the last page is cut short; `audio-damaged` if a page is missing, or is not what
 * was written; Unfit if streams are woven into each other
 */
export function oggLinks(file: AudioFile, note: Note): OggLink[] {
  const damaged = (what: string) => badAudio('audio-damaged', file.path, what)
  const links: OggLink[] = []
  let previous: Page | undefined
  let [at, from] = [0, 0]
  let window = file.read(0, WINDOW)
  for (; at < file.size; at += previous.length) {
    if (at - from + LONGEST_PAGE > window.length && from + window.length < file.size) {
      window = file.read(at, WINDOW)
      from = at
    }
    const page = pageAt(window, at - from)
    const count = !previous || previous.last ? 0 : previous.number + 1
    if (page === 'cut') throw badAudio('audio-truncated', file.path, `Ogg page ${count} is cut short`)
    if (page === 'none') {
      if (!previous?.last) throw damaged(`what stands before Ogg page ${count} is no page`)
      note(`${file.size - at} bytes behind its last page are no sound`)
      return links
    }
    if (page.checksum !== page.computed) throw damaged(`the checksum of Ogg page ${count} is wrong`)
    if (page.first && (!previous || previous.last)) links.push({ start: at, end: at, samples: undefined })
    else if (page.serial !== previous?.serial || page.first) throw new Unfit('its streams are woven into each other')
    else if (page.number !== count) throw damaged(`Ogg page ${page.number} comes where ${count} should`)
    previous = page
    const link = links.at(-1)!
    link.end = at + page.length
    if (page.position >= 0n) link.samples = Number(page.position)
  }
  if (links.length > 1) note(`${links.length} streams follow one another in it: all are read`)
  if (!previous?.last) note('its last page is not marked as the last: the recording was stopped, or cut')
  return links
}

function pageAt(bytes: Uint8Array, at: number): Page | 'cut' | 'none' {
  const magic = String.fromCharCode(...bytes.subarray(at, at + 4))
  if (magic !== 'OggS'.slice(0, magic.length)) return 'none'
  const head = at + 27 + (bytes[at + 26] ?? 0)
  if (head > bytes.length) return 'cut'
  let end = head
  for (let i = at + 27; i < head; i++) end += bytes[i]!
  if (end > bytes.length) return 'cut'
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, end - at)
  return {
    length: end - at,
    first: (bytes[at + 5]! & FIRST) !== 0,
    last: (bytes[at + 5]! & LAST) !== 0,
    position: view.getBigInt64(6, true),
    serial: view.getUint32(14, true),
    number: view.getUint32(18, true),
    checksum: view.getUint32(22, true),
    computed: checksum(bytes.subarray(at, end)),
  }
}

/** CRC-32 with polynomial 0x04c11db7, most significant bit first; the four bytes that hold it count as zeros. */
function checksum(page: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < page.length; i++) {
    const byte = i >= 22 && i < 26 ? 0 : page[i]!
    sum = (sum << 8) ^ TABLE[(sum >>> 24) ^ byte]!
  }
  return sum >>> 0
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24
  for (let bit = 0; bit < 8; bit++) sum = sum < 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1
  return sum
})
