/** Sounds that the audio tests make themselves. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new folder that is removed when the tests of the file are through. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A file of test/fixtures. */
export const fixture = (...path: string[]) => join(process.cwd(), 'test', 'fixtures', ...path)

export function floats(path: string): Float32Array {
  const bytes = readFileSync(path)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

export const sine = (hertz: number, rate: number, count: number, amplitude = 0.5) =>
  Float32Array.from({ length: count }, (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / rate))

export interface WavOptions {
  rate?: number
  channels?: number
  /** What the header says of the sound's length; the truth if absent. */
  declared?: number
}

/** A 32-bit float WAV file. */
export function writeWav(
  path: string,
  samples: Float32Array,
  { rate = 16000, channels = 1, declared }: WavOptions = {},
): string {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.byteLength, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(3, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * channels * 4, 28)
  header.writeUInt16LE(channels * 4, 32)
  header.writeUInt16LE(32, 34)
  header.write('data', 36)
  header.writeUInt32LE(declared ?? samples.byteLength, 40)
  writeFileSync(path, Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]))
  return path
}

/** All blocks as one. */
export async function gathered(blocks: AsyncIterable<Float32Array>): Promise<Float32Array> {
  const parts: number[][] = []
  for await (const block of blocks) parts.push([...block])
  return Float32Array.from(parts.flat())
}

export async function* inBlocks(samples: Float32Array, length: number): AsyncGenerator<Float32Array> {
  for (let at = 0; at < samples.length; at += length) yield samples.subarray(at, at + length)
}

export function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0
  for (let i = 0; i < Math.min(a.length, b.length); i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!))
  return largest
}
