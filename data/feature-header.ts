/** The first 64 bytes of a feature file, little-endian, before frames x bands float32 and what is odd about the clip's file, as JSON. */
import { crc32 } from 'node:zlib'
import type { OpenFiles } from './open-files.js'

export const HEADER = 64
const MAGIC = 'EARSHOT3'
const PIECE = 1 << 20

export interface Header {
  bands: number
  frames: number
  /** Length of the sound; NaN if unknown. */
  seconds: number
  summary: { count: number; sum: number; sumOfSquares: number }
  /** What is odd about the clip's file. */
  notes: readonly string[]
  /** CRC-32 of all that follows the header. */
  checksum: number
}

export const bodyLength = ({ frames, bands }: { frames: number; bands: number }) => 4 * frames * bands

export const notesBytes = (notes: readonly string[]) =>
  notes.length === 0 ? Buffer.alloc(0) : Buffer.from(JSON.stringify(notes))

export function writeHeader({ bands, frames, seconds, summary, notes, checksum }: Header): Buffer {
  const bytes = Buffer.alloc(HEADER)
  bytes.write(MAGIC, 0, 'latin1')
  bytes.writeUInt32LE(bands, 8)
  bytes.writeUInt32LE(notesBytes(notes).length, 12)
  bytes.writeDoubleLE(frames, 16)
  bytes.writeDoubleLE(summary.count, 24)
  bytes.writeDoubleLE(summary.sum, 32)
  bytes.writeDoubleLE(summary.sumOfSquares, 40)
  bytes.writeUInt32LE(checksum, 48)
  bytes.writeDoubleLE(seconds, 52)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60)
  return bytes
}

/** Header of a file whose every byte is as it was written; undefined otherwise. Reads the whole file once. */
export function readHeader(files: OpenFiles, path: string): Header | undefined {
  const bytes = Buffer.alloc(HEADER)
  if (files.read(path, bytes, 0) < HEADER || bytes.toString('latin1', 0, 8) !== MAGIC) return undefined
  if (bytes.readUInt32LE(60) !== crc32(bytes.subarray(0, 60))) return undefined
  const header = {
    bands: bytes.readUInt32LE(8),
    frames: bytes.readDoubleLE(16),
    summary: { count: bytes.readDoubleLE(24), sum: bytes.readDoubleLE(32), sumOfSquares: bytes.readDoubleLE(40) },
    checksum: bytes.readUInt32LE(48),
    seconds: bytes.readDoubleLE(52),
  }
  const notes = Buffer.alloc(bytes.readUInt32LE(12))
  if (!isWhole(files, path, bodyLength(header) + notes.length, header.checksum)) return undefined
  files.read(path, notes, HEADER + bodyLength(header))
  return { ...header, notes: notes.length === 0 ? [] : JSON.parse(notes.toString()) }
}

/** Whether so many bytes of this checksum follow the header, and no more. */
function isWhole(files: OpenFiles, path: string, length: number, expected: number): boolean {
  const piece = Buffer.alloc(Math.min(PIECE, length + 1))
  let checksum = 0
  for (let at = 0; ; ) {
    const got = files.read(path, piece, HEADER + at)
    if (at + got > length) return false
    checksum = crc32(piece.subarray(0, got), checksum)
    at += got
    if (got < piece.length) return at === length && checksum === expected
  }
}
