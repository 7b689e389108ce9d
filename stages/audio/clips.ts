import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import { describeStage } from '../contract.js'
import type { Clip, Rng } from '../values.js'

/** Where clips come from: the recordings of the document's `data`. */
export default describeStage({
  name: 'clips',
  summary: 'The recordings, in a new order each epoch.',
  parameters: z.strictObject({
    draw: z
      .enum(['clip', 'duration', 'class'])
      .default('clip')
      .describe(
        'clip: each clip once an epoch. duration: each as often as its share of the total duration. class: each class equally often',
      ),
    column: z.string().min(1).optional().describe('of the classes, for draw: class; label if absent'),
    separator: z.string().min(1).optional().describe('between several classes of a clip, for draw: class'),
  }),
  runsIn: 'source',
  in: {},
  out: () => ({ kind: 'clip' }),
  order:
    ({ draw, column = 'label', separator }) =>
    ({ clips, durations, rng }) => {
      const shuffle = rng('order')
      if (draw === 'duration') return byDuration(clips, durations(), shuffle)
      return draw === 'class' ? byClass(clips, { column, separator }, shuffle) : shuffled(clips, shuffle)
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

/**
 * As many draws as labelled clips, each class as often as any other, up to one; within a class its clips come in random
 * order, all of them before one comes again. Clips without a label are left out.
 *
 * @throws Problem `no-label` if no clip has one
 */
export function byClass(
  clips: readonly Clip[],
  { column, separator }: { column: string; separator?: string | undefined },
  rng: Rng,
): Clip[] {
  const labelled = clips.filter(({ labels }) => labels[column] !== undefined)
  if (labelled.length === 0)
    throw new Problem('no-label', `No clip has a label in the column '${column}', by which clips are to be drawn.`)
  const byName = new Map<string, Clip[]>()
  for (const clip of labelled) {
    const label = clip.labels[column]!
    for (const name of separator === undefined ? [label] : label.split(separator).map(one => one.trim()))
      byName.set(name, [...(byName.get(name) ?? []), clip])
  }
  const classes = shuffled([...byName.keys()].sort(), rng)
  const rounds = classes.map(() => [] as Clip[])
  const drawn = labelled.map((_, at) => {
    const one = at % classes.length
    const waiting = rounds[one]!
    if (waiting.length === 0) waiting.push(...shuffled(byName.get(classes[one]!)!, rng))
    return waiting.pop()!
  })
  return shuffled(drawn, rng)
}
