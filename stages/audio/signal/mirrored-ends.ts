/** Sound that is mirrored at both ends, as front ends do that centre their frames. */
import { joined } from '../../sample-arrays.js'
import type { Waveform } from '../../values.js'
import { mirrored } from '../spectra/centred-frames.js'

/**
 * The sound with `before` samples more in front and `after` behind: those of its ends, mirrored (numpy's `reflect`).
 * It is read block by block; `seconds` stays what the sound itself is.
 */
export function mirroredEnds(sound: Waveform, before: number, after: number): Waveform {
  const kept = Math.max(before, after) + 1
  return {
    ...sound,
    async *blocks() {
      let held: Float32Array = new Float32Array(0)
      let begun = false
      for await (const block of sound.blocks()) {
        held = joined([held, block])
        if (held.length <= kept) continue
        if (!begun) yield reflected(held, -before, before)
        begun = true
        yield held.slice(0, -kept)
        held = held.slice(-kept)
      }
      if (!begun) yield reflected(held, -before, before)
      yield held
      yield reflected(held, held.length, after)
    },
  }
}

const reflected = (sound: Float32Array, first: number, count: number) =>
  Float32Array.from({ length: count }, (_, at) => sound[mirrored(first + at, sound.length)] ?? 0)
