/**
 * The safetensors format: 8 bytes of header length (little-endian), a JSON header of names, types, shapes and offsets,
 * then the numbers. Float32; PyTorch's counters (int64) are read, too. https://github.com/huggingface/safetensors
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { Problem } from '../data/problem.js'
import type { State } from './weights.js'

/** Tensors lie in the order of their names, so that the same state gives the same bytes. */
export function encodeSafetensors(tensors: State, metadata?: Record<string, string>): Uint8Array {
  const names = [...tensors.keys()].sort()
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {}
  let end = 0
  for (const name of names) {
    const { shape, data } = tensors.get(name)!
    const start = end
    end += data.byteLength
    header[name] = { dtype: 'F32', shape, data_offsets: [start, end] }
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const length = Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(8 + length + end).fill(SPACE, 8, 8 + length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(text, 8)
  let at = 8 + length
  for (const name of names) {
    const { data } = tensors.get(name)!
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

/**
 * Copies every tensor out of a safetensors file; int64 as float32.
 *
 * @param file named in the errors
 * @throws Problem `bad-checkpoint` if the bytes are truncated, corrupt, or hold other numbers than float32 and int64
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  file = 'checkpoint',
): { tensors: State; metadata: Record<string, string> } {
  const { entries, metadata, length } = headerOf(bytes, bytes.length, file)
  const numbers = bytes.subarray(8 + length)
  const tensors: State = new Map()
  let last = 0
  for (const [name, { dtype, shape, place }] of entries) {
    const [start, end] = place
    if (end > numbers.length) throw broken(file, `'${name}' ends ${end - numbers.length} bytes after the file's end`)
    const { buffer } = Uint8Array.from(numbers.subarray(start, end))
    const data = dtype === 'F32' ? new Float32Array(buffer) : Float32Array.from(new BigInt64Array(buffer), Number)
    tensors.set(name, { shape: [...shape], data })
    last = Math.max(last, end)
  }
  if (last !== numbers.length) throw broken(file, `${numbers.length - last} bytes at its end belong to no tensor`)
  return { tensors, metadata }
}

/** The shapes of a safetensors file's tensors, of which no number is read. @throws Problem `bad-checkpoint` */
export function readShapes(file: string): Map<string, { shape: number[] }> {
  const opened = openSync(file, 'r')
  try {
    const { size } = fstatSync(opened)
    const first = Buffer.alloc(Math.min(size, 8))
    readSync(opened, first, 0, first.length, 0)
    const bytes = Buffer.alloc(Math.min(size, 8 + lengthOf(first, size, file)))
    readSync(opened, bytes, 0, bytes.length, 0)
    return headerOf(bytes, size, file).entries
  } finally {
    closeSync(opened)
  }
}

interface Entry {
  dtype: 'F32' | 'I64'
  shape: number[]
  /** First byte and the one after the last, counted from the header's end. */
  place: [number, number]
}

/** @param size bytes of the whole file, of which these are the first */
function headerOf(bytes: Uint8Array, size: number, file: string) {
  const length = lengthOf(bytes, size, file)
  const header = parsed(bytes.subarray(8, 8 + length))
  if (!isRecord(header)) throw broken(file, 'its header is no JSON object')
  const { __metadata__: given = {}, ...written } = header
  if (!isRecord(given)) throw broken(file, 'its metadata are no texts')
  const metadata = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]))
  const entries = new Map<string, Entry>()
  for (const [name, entry] of Object.entries(written)) {
    const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {}
    if (!isWhole(shape) || !isWhole(offsets) || offsets.length !== 2)
      throw broken(file, `its entry '${name}' has no shape or place`)
    if (dtype !== 'F32' && dtype !== 'I64') throw broken(file, `'${name}' is of type ${dtype}; expected F32`)
    const [start, end] = offsets as [number, number]
    const taken = shape.reduce((product, side) => product * side, dtype === 'F32' ? 4 : 8)
    if (end - start !== taken)
      throw broken(file, `'${name}' has ${end - start} bytes, its shape [${shape.join(' x ')}] takes ${taken}`)
    entries.set(name, { dtype, shape, place: [start, end] })
  }
  return { entries, metadata, length }
}

/** Of the header. */
function lengthOf(bytes: Uint8Array, size: number, file: string): number {
  if (size < 8) throw broken(file, `it has ${size} bytes`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > size - 8) throw broken(file, `its header should have ${length} bytes, the file has ${size}`)
  return length
}

const broken = (file: string, what: string) =>
  new Problem('bad-checkpoint', `${file} is no whole safetensors file: ${what}.`, {
    place: { file },
    hint: 'Take an earlier checkpoint from the same folder.',
  })

const SPACE = 0x20

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isWhole(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(item => Number.isSafeInteger(item) && item >= 0)
}
