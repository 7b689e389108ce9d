/** What stands before the samples of a WAV file (RIFF, RF64, BW64). */

export interface WavHeader {
  /** 1 integer, 3 float; others (A-law, ADPCM, ...) are not for this reader. */
  encoding: number
  channels: number
  rate: number
  /** Bits that a sample takes up, padding included. */
  bits: number
  /** Bytes of one sample of all channels, as declared; 0 in some files. */
  frame: number
  /** Where the samples begin and how many bytes the header promises; Infinity if its writer did not know. */
  data: { start: number; length: number }
}

/** `length` bytes from `position`; fewer at the end. */
type Reader = (position: number, length: number) => Uint8Array

/** The header in the first bytes of a file or stream; undefined while they do not reach the samples. */
export const wavHeader = (bytes: Uint8Array): WavHeader | undefined =>
  readWavHeader((at, length) => bytes.subarray(at, at + length))

/** Walks over the chunks up to the samples; undefined if there are none, or no format before them. */
export function readWavHeader(read: Reader): WavHeader | undefined {
  let long: number | undefined
  let format: Omit<WavHeader, 'data'> | undefined
  for (let at = 12; ; ) {
    const chunk = chunkAt(read, at)
    if (!chunk) return undefined
    const { name, length } = chunk
    if (name === 'data') return format && { ...format, data: { start: at + 8, length: promised(length, long) } }
    if (name === 'ds64' && length >= 16) long = Number(viewOf(read(at + 16, 8)).getBigUint64(0, true))
    if (name === 'fmt ' && length >= 16) {
      const body = read(at + 8, 40)
      if (body.length < Math.min(length, 26)) return undefined
      format = formatOf(viewOf(body), length)
    }
    at += 8 + length + (length % 2)
  }
}

/** Name and size of the chunk at a place; undefined behind the last one. */
export function chunkAt(read: Reader, at: number): { name: string; length: number } | undefined {
  const head = read(at, 8)
  if (head.length < 8) return undefined
  return { name: String.fromCharCode(...head.subarray(0, 4)), length: viewOf(head).getUint32(4, true) }
}

const EXTENSIBLE = 0xfffe

function formatOf(view: DataView, length: number): Omit<WavHeader, 'data'> {
  const tag = view.getUint16(0, true)
  const bits = view.getUint16(14, true)
  return {
    encoding: tag === EXTENSIBLE && length >= 26 ? view.getUint16(24, true) : tag,
    channels: view.getUint16(2, true),
    rate: view.getUint32(4, true),
    frame: view.getUint16(12, true),
    bits: 8 * Math.ceil(bits / 8),
  }
}

/**
 * Sizes that stand for 'not known yet' where a file was written to a pipe: as much as 31 or 32 bits hold, less a header.
 */
function promised(length: number, long: number | undefined): number {
  if (length === 0xffffffff && long !== undefined) return long
  const unknown = length >= 0xfffff000 || (length >= 0x7ffff000 && length <= 0x80000000)
  return unknown ? Number.POSITIVE_INFINITY : length
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
