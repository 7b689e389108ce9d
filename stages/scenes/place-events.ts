import type { Rng } from '../values.js'

/**
 * Onsets of events in a scene. Every event lies wholly inside; the first and the second share at least `overlap` of
 * the shorter one; every onset is uniform over the places that are left.
 *
 * @param lengths samples of each event, none above `samples`
 * @param samples of the scene
 * @param overlap in [0, 1]; 0 asks for nothing
 */
export function placeEvents(lengths: readonly number[], samples: number, overlap: number, rng: Rng): number[] {
  const onsets: number[] = []
  for (const [event, length] of lengths.entries()) {
    let [earliest, latest] = [0, samples - length]
    if (event === 1 && overlap > 0) {
      const [first, begun] = [lengths[0]!, onsets[0]!]
      const shared = Math.ceil(overlap * Math.min(first, length))
      earliest = Math.max(earliest, begun + shared - length)
      latest = Math.min(latest, begun + first - shared)
    }
    onsets.push(rng.integer(earliest, latest + 1))
  }
  return onsets
}
