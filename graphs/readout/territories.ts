/** Which of the frames of overlapping patches count: each moment of a clip once, in the patch where it lies most central. */

export interface Patches {
  /** Seconds at which each patch starts, ascending. */
  starts: readonly number[]
  /** Seconds of a patch. */
  length: number
  /** Seconds of the sound itself: what a patch holds beyond it was repeated to fill it, and counts for nothing. */
  sound: number
}

/**
 * For each patch the first of its frames that counts and the one behind the last. One frame counts at least, also of a
 * sound shorter than a frame.
 *
 * @param frames of a patch, evenly spread over it
 */
export function territories({ starts, length, sound }: Patches, frames: number): [number, number][] {
  const step = length / frames
  const middle = (patch: number, frame: number) => starts[patch]! + (frame + 0.5) * step
  let from = Number.NEGATIVE_INFINITY
  return starts.map((start, patch) => {
    const next = starts[patch + 1]
    // a moment between two patches belongs to the one whose middle is nearer
    const to = next === undefined ? Number.POSITIVE_INFINITY : (start + next + length) / 2
    const mine = Array.from({ length: frames }, (_, frame) => frame).filter(frame => {
      const at = middle(patch, frame)
      return at >= from && at < to && (at < sound || (patch === 0 && frame === 0))
    })
    from = to
    return mine.length === 0 ? [0, 0] : [mine[0]!, mine.at(-1)! + 1]
  })
}
