/**
 * TensorBoard's `Event` message, as far as scalars need it. Field numbers are those of TensorFlow's `event.proto` and
 * `summary.proto`:
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
