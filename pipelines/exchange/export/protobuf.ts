/**
 * The wire format of protocol buffers, as much of it as ONNX needs: fields as (number, type) keys before whole numbers
 * (varints), and everything else by its length. https://protobuf.dev/programming-guides/encoding
 */
const VARINT = 0
const BY_LENGTH = 2

/** One field, or several, as bytes. */
export type Bytes = Uint8Array

/** A whole number from 0; leaves nothing out, not even 0. */
export function whole(field: number, value: number): Bytes {
  return Uint8Array.from([...varint((field << 3) | VARINT), ...varint(value)])
}

/** Text, raw bytes, or a message of fields. */
export function field(number: number, content: string | Bytes | readonly Bytes[]): Bytes {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : joined([content].flat())
  return joined([varint((number << 3) | BY_LENGTH), varint(bytes.length), bytes])
}

export function joined(parts: readonly (Bytes | readonly number[])[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function varint(value: number): number[] {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no whole number from 0`)
  const bytes: number[] = []
  let rest = value
  while (rest > 127) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}
