/** Banks: random access to what a draw-free node makes of any clip of the set, without order, without permits. */
import type { Bank, Clip, Rng, Statistics } from '../../stages/values.js'

/**
 * The bank of one node.
 *
 * @param clips the usable clips of the training set
 * @param valueAt the node's value for the clip at a position
 * @param statistics over every number this node gave for these clips; absent for nodes that are not cached
 */
export function bankOf<Value>(
  clips: readonly Clip[],
  valueAt: (position: number) => Value | Promise<Value>,
  statistics: Statistics | undefined,
): Bank<Value> {
  const positions = new Map(clips.map(({ id }, position) => [id, position]))
  const drawn: Bank<Value>['drawn'] = async (count, { not, rng, where }) => {
    const open = where && [...clips.keys()].filter(position => clips[position]!.id !== not && where(clips[position]!))
    const picks = open
      ? pickDifferent(open.length, count, undefined, rng).map(pick => open[pick]!)
      : pickDifferent(clips.length, count, positions.get(not), rng)
    return Promise.all(picks.map(async position => ({ clip: clips[position]!, value: await valueAt(position) })))
  }
  return {
    drawn,
    draw: async (...asked) => (await drawn(...asked)).map(({ value }) => value),
    statistics: () => {
      if (!statistics) throw new Error('statistics are only known of a cached node')
      return statistics
    },
  }
}

/**
 * Different whole numbers in [0, size), uniform, in random order; takes exactly `count` draws.
 *
 * @param not left out, if given
 * @throws RangeError if there are fewer than `count`
 */
export function pickDifferent(size: number, count: number, not: number | undefined, rng: Rng): number[] {
  const taken = not === undefined ? [] : [not]
  if (size - taken.length < count) {
    throw new RangeError(`${count} different clips were asked for and only ${size - taken.length} are there`)
  }
  return Array.from({ length: count }, () => {
    let pick = rng.integer(0, size - taken.length) // counts only those not taken, which stand in ascending order
    let at = 0
    while (at < taken.length && pick >= taken[at]!) {
      pick++
      at++
    }
    taken.splice(at, 0, pick)
    return pick
  })
}
