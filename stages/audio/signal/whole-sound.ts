import { joined } from '../../sample-arrays.js'
import { type WaveformOptions, waveform } from '../waveform.js'
import type { Sound } from './sound.js'

/** All samples of a sound that is short enough to be held. @throws Problem as decoding does */
export async function wholeSound(
  sound: Sound,
  { rate, normalise }: Pick<WaveformOptions, 'rate' | 'normalise'>,
): Promise<Float32Array> {
  return inOne(waveform(sound, { rate, normalise, atLeast: 0 }).blocks())
}

/** All blocks one after the other; a single one is not copied. */
export async function inOne(stream: AsyncIterable<Float32Array>): Promise<Float32Array> {
  const blocks: Float32Array[] = []
  for await (const block of stream) blocks.push(block)
  if (blocks.length === 1) return blocks[0]!
  return joined(blocks)
}
