/** TFRecord framing, as TensorFlow's `record_writer` has it: length, its checksum, the data, the data's checksum. */
import { crc32c } from './crc32c.js'

/** A checksum stored beside its own data is masked, so that a checksum of both stays meaningful. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

export function record(data: Uint8Array): Buffer {
  const framed = Buffer.alloc(12 + data.length + 4)
  framed.writeBigUInt64LE(BigInt(data.length), 0)
  framed.writeUInt32LE(masked(framed.subarray(0, 8)), 8)
  framed.set(data, 12)
  framed.writeUInt32LE(masked(data), 12 + data.length)
  return framed
}
