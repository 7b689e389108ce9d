/**
 * What TensorBoard reads: `Event` messages, as far as scalars need them, each framed as a TFRecord. Field numbers are those
 * of TensorFlow's `event.proto` and `summary.proto`:
 *
 *   Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5 }
 *   Summary { repeated Value value = 1 }      Value { string tag = 1; float simple_value = 2 }
 */
import { type Bytes, double, field, joined, single, whole } from '../../../engine/protobuf.js'

/** The first event of every file. */
export function versionEvent(seconds: number): Bytes {
  return joined([double(1, seconds), field(3, 'brain.Event:2')])
}

/**
 * Scalars of one step.
 *
 * @param seconds since 1970
 * @param step not negative
 * @param scalars by tag; kept as float32
 */
export function scalarEvent(seconds: number, step: number, scalars: Readonly<Record<string, number>>): Bytes {
  const values = Object.entries(scalars).map(([tag, scalar]) => field(1, [field(1, tag), single(2, scalar)]))
  return joined([double(1, seconds), whole(2, step), field(5, values)])
}

/** As TensorFlow's `record_writer` frames data: length, its checksum, the data, the data's checksum. */
export function record(data: Uint8Array): Buffer {
  const framed = Buffer.alloc(12 + data.length + 4)
  framed.writeBigUInt64LE(BigInt(data.length), 0)
  framed.writeUInt32LE(masked(framed.subarray(0, 8)), 8)
  framed.set(data, 12)
  framed.writeUInt32LE(masked(data), 12 + data.length)
  return framed
}

/** A checksum stored beside its own data is masked, so that a checksum of both stays meaningful. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

/** The polynomial 0x1EDC6F41, bits reversed. */
const POLYNOMIAL = 0x82f63b78

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
  return value
})

/** CRC-32C (Castagnoli): RFC 3720, appendix B.4 gives known answers. */
export function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) value = TABLE[(value ^ byte) & 255]! ^ (value >>> 8)
  return (value ^ 0xffffffff) >>> 0
}
