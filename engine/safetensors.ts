/**
 * The safetensors format: 8 bytes of header length (little-endian), a JSON header of names, types, shapes and offsets,
 * then the numbers. Float32; PyTorch's counters (int64) are read, too. https://github.com/huggingface/safetensors
 */
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
  const broken = (what: string) =>
    new Problem('bad-checkpoint', `${file} is no whole safetensors file: ${what}.`, {
      place: { file },
      hint: 'Take an earlier checkpoint from the same folder.',
    })
  if (bytes.length < 8) throw broken(`it has ${bytes.length} bytes`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > bytes.length - 8) throw broken(`its header should have ${length} bytes, the file has ${bytes.length}`)
  const numbers = bytes.subarray(8 + length)
  const header = parsed(bytes.subarray(8, 8 + length))
  if (!isRecord(header)) throw broken('its header is no JSON object')

  const { __metadata__: given = {}, ...entries } = header
  if (!isRecord(given)) throw broken('its metadata are no texts')
  const metadata = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]))
  const tensors: State = new Map()
  let last = 0
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {}
    if (!isWhole(shape) || !isWhole(offsets) || offsets.length !== 2)
      throw broken(`its entry '${name}' has no shape or place`)
    if (dtype !== 'F32' && dtype !== 'I64') throw broken(`'${name}' is of type ${dtype}; expected F32`)
    const [start, end] = offsets as [number, number]
    const size = shape.reduce((product, side) => product * side, dtype === 'F32' ? 4 : 8)
    if (end - start !== size)
      throw broken(`'${name}' has ${end - start} bytes, its shape [${shape.join(' x ')}] takes ${size}`)
    if (end > numbers.length) throw broken(`'${name}' ends ${end - numbers.length} bytes after the file's end`)
    const { buffer } = Uint8Array.from(numbers.subarray(start, end))
    const data = dtype === 'F32' ? new Float32Array(buffer) : Float32Array.from(new BigInt64Array(buffer), Number)
    tensors.set(name, { shape: [...shape], data })
    last = Math.max(last, end)
  }
  if (last !== numbers.length) throw broken(`${numbers.length - last} bytes at its end belong to no tensor`)
  return { tensors, metadata }
}

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
