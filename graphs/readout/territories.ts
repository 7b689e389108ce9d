/** Which of the frames of overlapping patches count: each moment of a clip once, in the patch where it lies most central. */

/** All in frames of the front end (samples, where the encoder hears sound): whole numbers, so that all who read agree. */
export interface Patches {
  /** At which each patch starts, ascending. */
  starts: readonly number[]
  /** Of a patch. */
  length: number
  /** Where sound is, from the first to behind the last: silence around it, and repeats that fill a patch, count for nothing. */
  sound: readonly [from: number, to: number]
}

/**
 * For each patch the first of its frames that counts and the one behind the last. One frame counts at least: of a sound
 * shorter than a frame the nearest.
 *
 * @param frames of a patch, evenly spread over it
 */
export function territories({ starts, length, sound: [first, last] }: Patches, frames: number): [number, number][] {
  const middle = (patch: number, frame: number) => starts[patch]! + ((2 * frame + 1) * length) / (2 * frames)
  let from = Number.NEGATIVE_INFINITY
  const mine = starts.map((start, patch) => {
    const next = starts[patch + 1]
    // a moment between two patches belongs to the one whose middle is nearer
    const to = next === undefined ? Number.POSITIVE_INFINITY : (start + next + length) / 2
    const own = Array.from({ length: frames }, (_, frame) => frame).filter(frame => {
      const at = middle(patch, frame)
      return at >= from && at < to
    })
    from = to
    return own
  })
  const heard = mine.map((own, patch) => own.filter(at => middle(patch, at) >= first && middle(patch, at) < last))
  if (heard.every(own => own.length === 0)) {
    const distance = ([patch, frame]: readonly [number, number]) => Math.abs(middle(patch, frame) - (first + last) / 2)
    const all = mine.flatMap((own, patch) => own.map(frame => [patch, frame] as const))
    const [patch, frame] = all.reduce((best, one) => (distance(one) < distance(best) ? one : best))
    heard[patch] = [frame]
  }
  return heard.map(own => (own.length === 0 ? [0, 0] : [own[0]!, own.at(-1)! + 1]))
}
