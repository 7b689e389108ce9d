/**
 * The wire format of protocol buffers, as much of it as ONNX, TensorFlow and TensorBoard need: fields as (number, type)
 * keys before whole numbers (varints), four bytes or eight, and everything else by its length.
 * https://protobuf.dev/programming-guides/encoding
 */
const VARINT = 0
const EIGHT_BYTES = 1
const BY_LENGTH = 2
const FOUR_BYTES = 5

/** One field, or several, as bytes. */
export type Bytes = Uint8Array

/** A whole number, negative ones in two's complement; leaves nothing out, not even 0. */
export function whole(field: number, value: number): Bytes {
  return Uint8Array.from([...varint((field << 3) | VARINT), ...varint(value)])
}

/** Several whole numbers as one field (packed). */
export function wholes(number: number, values: readonly number[]): Bytes {
  return field(number, Uint8Array.from(values.flatMap(varint)))
}

/** A number in single precision. */
export function single(field: number, value: number): Bytes {
  return joined([varint((field << 3) | FOUR_BYTES), new Uint8Array(Float32Array.of(value).buffer)])
}

/** A number in double precision. */
export function double(field: number, value: number): Bytes {
  return joined([varint((field << 3) | EIGHT_BYTES), new Uint8Array(Float64Array.of(value).buffer)])
}

/** Text, raw bytes, or a message of fields. */
export function field(number: number, content: string | Bytes | readonly Bytes[]): Bytes {
  return beginning(number, typeof content === 'string' ? [encoder.encode(content)] : [content].flat(), 0)
}

/** A field without its last `rest` bytes, which follow elsewhere: what is large need not be copied once a level. */
export function beginning(number: number, parts: readonly Bytes[], rest: number): Bytes {
  return joined([varint((number << 3) | BY_LENGTH), varint(lengthOf(parts) + rest), ...parts])
}

export function joined(parts: readonly (Bytes | readonly number[])[]): Bytes {
  const out = new Uint8Array(lengthOf(parts))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

const encoder = new TextEncoder()

const lengthOf = (parts: readonly { length: number }[]) => parts.reduce((sum, { length }) => sum + length, 0)

/** The fields of a message, in their order; numbers of eight and four bytes are passed over. */
export function fieldsOf(bytes: Bytes): { number: number; value: number | Bytes }[] {
  const fields: { number: number; value: number | Bytes }[] = []
  let at = 0
  const read = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!
      value += (byte % 128) * scale
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const key = read()
    const [number, type] = [Math.floor(key / 8), key % 8]
    if (type === EIGHT_BYTES) at += 8
    else if (type === FOUR_BYTES) at += 4
    else if (type === VARINT) fields.push({ number, value: read() })
    else {
      const length = read()
      fields.push({ number, value: bytes.subarray(at, at + length) })
      at += length
    }
  }
  return fields
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function varint(value: number): number[] {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number`)
  if (value >= 0 && value < 128) return [value]
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return [...bytes, Number(rest)]
}
