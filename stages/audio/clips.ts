import { z } from 'zod'
import { namesIn } from '../../data/label-cells.js'
import { Problem } from '../../data/problem.js'
import { inRandomOrder } from '../../data/random-order.js'
import { describeStage } from '../contract.js'
import type { Clip, Rng } from '../values.js'

/** Where clips come from: the recordings of the document's `data`. */
export default describeStage({
  name: 'clips',
  summary: 'The recordings, in a new order each epoch.',
  parameters: z.strictObject({
    draw: z
      .enum(['clip', 'duration', 'class', 'labelled', 'active'])
      .default('clip')
      .describe(
        'clip: each clip once an epoch. duration: each as often as its share of the total duration. class: each class equally often. labelled: each clip without a label once, and between them, as often as it takes, those with one. active: clips that hold sound, and a few quiet ones (windows of long recordings)',
      ),
    column: z.string().min(1).optional().describe('of the labels, for draw: class and labelled; label if absent'),
    share: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.5)
      .describe('for draw: labelled; share of the draws, and so of each batch, that have a label'),
    over: z
      .number()
      .min(0)
      .max(60)
      .default(10)
      .describe('for draw: active; decibels by which the loudest moments stand over the noise floor of the clip'),
    quiet: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('for draw: active; share of the other clips that come as well'),
    separator: z.string().min(1).optional().describe('between several classes of a clip, for draw: class'),
  }),
  runsIn: 'source',
  in: {},
  out: () => ({ kind: 'clip' }),
  labels: ({ draw, column = 'label' }) => (['class', 'labelled'].includes(draw) ? [{ column }] : []),
  order:
    ({ draw, column = 'label', share, separator, over, quiet }) =>
    ({ clips, durations, activity, batch, rng }) => {
      const shuffle = rng('order')
      if (draw === 'active') return byActivity(clips, activity(), { over, quiet, batch }, shuffle)
      if (draw === 'duration') return byDuration(clips, durations(), shuffle)
      if (draw === 'labelled') return byLabel(clips, { column, share }, shuffle)
      return draw === 'class' ? byClass(clips, { column, separator }, shuffle) : shuffled(clips, shuffle)
    },
})

/** Every clip once, in a random order. */
export const shuffled = <Item>(items: readonly Item[], rng: Rng): Item[] =>
  inRandomOrder(items, count => rng.integer(0, count))

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
 * Every clip whose activity is `over` or more, once, and a share of the others, more where that is less than a batch,
 * others each time; all of them where none is active.
 *
 * @param activity decibels over the noise floor, by clip
 */
export function byActivity(
  clips: readonly Clip[],
  activity: readonly number[],
  { over, quiet, batch }: { over: number; quiet: number; batch: number },
  rng: Rng,
): Clip[] {
  const isActive = (_: Clip, at: number) => activity[at]! >= over
  const [active, others] = [clips.filter(isActive), clips.filter((clip, at) => !isActive(clip, at))]
  if (active.length === 0) return shuffled(clips, rng)
  const more = Math.max(Math.round(quiet * others.length), batch - active.length)
  return shuffled([...active, ...shuffled(others, rng).slice(0, more)], rng)
}

/**
 * Every clip without a label once, in a random order, and evenly between them as many draws of clips with one as make up
 * `share` of all; these come in random order, all of them before one comes again.
 *
 * @throws Problem `no-label` if no clip has one; `all-labelled` if all have
 */
export function byLabel(
  clips: readonly Clip[],
  { column, share }: { column: string; share: number },
  rng: Rng,
): Clip[] {
  const isLabelled = ({ labels }: Clip) => namesIn(labels[column]).length > 0
  const [known, others] = [clips.filter(isLabelled), clips.filter(clip => !isLabelled(clip))]
  if (known.length === 0) throw noLabel(column)
  if (others.length === 0)
    throw new Problem(
      'all-labelled',
      `All clips have a label in the column '${column}', and none is to be drawn between.`,
      {
        hint: 'Write draw: clip, or let data.labels keep some of the labels: { column: label, keep: 0.1, rest: unlabelled }.',
      },
    )
  const nextKnown = inTurns(known, rng)
  const nextOther = inTurns(others, rng)
  return Array.from({ length: Math.round(others.length / (1 - share)) }, (_, at) =>
    Math.floor((at + 1) * share) > Math.floor(at * share) ? nextKnown() : nextOther(),
  )
}

/** One item after the other in random order, all of them before one comes again. */
function inTurns<Item>(items: readonly Item[], rng: Rng): () => Item {
  let waiting: Item[] = []
  return () => {
    if (waiting.length === 0) waiting = shuffled(items, rng)
    return waiting.pop()!
  }
}

const noLabel = (column: string) =>
  new Problem('no-label', `No clip has a label in the column '${column}', by which clips are to be drawn.`)

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
  const named = clips.map(clip => ({ clip, names: namesIn(clip.labels[column], separator) }))
  const labelled = named.filter(({ names }) => names.length > 0)
  if (labelled.length === 0) throw noLabel(column)
  const byName = new Map<string, Clip[]>()
  for (const { clip, names } of labelled)
    for (const name of names) {
      const known = byName.get(name)
      if (known) known.push(clip)
      else byName.set(name, [clip])
    }
  const classes = shuffled([...byName.keys()].sort(), rng)
  const next = classes.map(name => inTurns(byName.get(name)!, rng))
  const drawn = labelled.map((_, at) => next[at % classes.length]!())
  return shuffled(drawn, rng)
}
