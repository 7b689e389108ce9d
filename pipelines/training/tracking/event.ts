/**
 * TensorBoard's `Event` message by hand, as far as scalars need it. Field numbers are those of TensorFlow's `event.proto`
 * and `summary.proto`:
 *
 *   Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5 }
 *   Summary { repeated Value value = 1 }      Value { string tag = 1; float simple_value = 2 }
 */

/** Wire types of protocol buffers. */
const [VARINT, DOUBLE, BYTES, FLOAT] = [0, 1, 2, 5] as const

/** The first event of every file. */
export function versionEvent(seconds: number): Buffer {
  return Buffer.concat([wallTime(seconds), bytes(3, Buffer.from('brain.Event:2'))])
}

/**
 * Scalars of one step.
 *
 * @param seconds since 1970
 * @param step not negative
 * @param scalars by tag; kept as float32
 */
export function scalarEvent(seconds: number, step: number, scalars: Readonly<Record<string, number>>): Buffer {
  const values = Object.entries(scalars).map(([tag, scalar]) => {
    const value = Buffer.alloc(5)
    value[0] = key(2, FLOAT)
    value.writeFloatLE(scalar, 1)
    return bytes(1, Buffer.concat([bytes(1, Buffer.from(tag)), value]))
  })
  return Buffer.concat([wallTime(seconds), Buffer.of(key(2, VARINT)), varint(step), bytes(5, Buffer.concat(values))])
}

const key = (field: number, type: number) => (field << 3) | type

function wallTime(seconds: number): Buffer {
  const field = Buffer.alloc(9)
  field[0] = key(1, DOUBLE)
  field.writeDoubleLE(seconds, 1)
  return field
}

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(key(field, BYTES)), varint(content.length), content])
}

/** Seven bits a byte, the lowest first; the top bit says that more follow. */
function varint(value: number): Buffer {
  const parts: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) parts.push((rest % 128) | 128)
  return Buffer.from([...parts, rest])
}
