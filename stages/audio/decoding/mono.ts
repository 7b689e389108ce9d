/** A stretch of decoded sound, its channels averaged. */
export interface MonoBlock {
  rate: number
  samples: Float32Array
}

/** The mean of the channels; a single channel as it is. */
export function mixDown(channels: readonly Float32Array[]): Float32Array {
  const [first, second] = channels
  if (!first) return new Float32Array(0)
  if (!second) return first
  const mono = new Float32Array(first.length)
  if (channels.length === 2) {
    for (let i = 0; i < mono.length; i++) mono[i] = (first[i]! + second[i]!) / 2
    return mono
  }
  for (let i = 0; i < mono.length; i++) {
    let sum = 0
    for (let c = 0; c < channels.length; c++) sum += channels[c]![i]!
    mono[i] = sum / channels.length
  }
  return mono
}

/** Seconds from the file's start; the whole file where absent. */
export interface Stretch {
  start?: number | undefined
  end?: number | undefined
}

/** The samples of a stretch: from round(start x rate) up to, not with, round(end x rate). */
export async function* cut(blocks: AsyncIterable<MonoBlock>, { start, end }: Stretch): AsyncGenerator<MonoBlock> {
  if (start === undefined && end === undefined) return yield* blocks
  let at = 0
  for await (const { rate, samples } of blocks) {
    const from = Math.max(0, Math.round((start ?? 0) * rate) - at)
    const last = end === undefined ? Number.POSITIVE_INFINITY : Math.round(end * rate)
    if (from < samples.length) yield { rate, samples: samples.subarray(from, Math.max(from, last - at)) }
    at += samples.length
    if (at >= last) return
  }
}
