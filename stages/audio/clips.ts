import { z } from 'zod'
import { describeStage } from '../contract.js'
import type { Clip, Rng } from '../values.js'

/** Where clips come from: the recordings of the document's `data`. */
export default describeStage({
  name: 'clips',
  summary: 'The recordings, in a new order each epoch.',
  parameters: z.strictObject({
    draw: z
      .enum(['clip', 'duration'])
      .default('clip')
      .describe('clip: each clip once an epoch. duration: each as often as its share of the total duration'),
  }),
  place: 'source',
  in: {},
  out: () => ({ kind: 'clip' }),
  order:
    ({ draw }) =>
    ({ clips, durations, rng }) => {
      const shuffle = rng('order')
      return draw === 'clip' ? shuffled(clips, shuffle) : byDuration(clips, durations(), shuffle)
    },
})

/** Every clip once, in a random order (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[], rng: Rng): Item[] {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = rng.integer(0, i + 1)
    const item = order[i]!
    order[i] = order[j]!
    order[j] = item
  }
  return order
}

/**
 * As many draws as clips, without replacement in time: all clips are laid end to end in a random order, marks are set
 * at equal distances from one random start, and each mark draws the clip it falls into (systematic sampling). So a
 * clip comes round(its share) times, up or down, never by luck more; then the draws are shuffled.
 *
 * @param durations seconds, by clip
 * @throws RangeError if no clip has a duration
 */
export function byDuration(clips: readonly Clip[], durations: readonly number[], rng: Rng): Clip[] {
  const total = durations.reduce((sum, seconds) => sum + seconds, 0)
  if (!(total > 0)) throw new RangeError('no clip has a duration')
  const step = total / clips.length
  const drawn: Clip[] = []
  let mark = step * rng.uniform()
  let passed = 0
  for (const i of shuffled([...clips.keys()], rng)) {
    passed += durations[i]!
    for (; mark < passed && drawn.length < clips.length; mark += step) drawn.push(clips[i]!)
  }
  return shuffled(drawn, rng)
}
