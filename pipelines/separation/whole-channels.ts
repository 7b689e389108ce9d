import { type Separate, separateInWindows, USUAL } from '../../stages/separation/windows.js'

/** The channels of a sound that is short enough to be held, as the stage `separate` makes them. */
export async function wholeChannels(sound: Float32Array, rate: number, separate: Separate): Promise<Float32Array[]> {
  const windows = { length: USUAL.window * rate, overlap: USUAL.overlap * rate }
  const blocks: Float32Array[][] = []
  for await (const block of separateInWindows([sound], separate, windows)) blocks.push(block)
  if (blocks.length === 1) return blocks[0]!
  return (blocks[0] ?? []).map((_, channel) => {
    const whole = new Float32Array(sound.length)
    let at = 0
    for (const block of blocks) {
      whole.set(block[channel]!, at)
      at += block[channel]!.length
    }
    return whole
  })
}
