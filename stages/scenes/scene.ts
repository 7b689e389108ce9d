import { z } from 'zod'
import { duration, ends, range } from '../../data/quantities.js'
import { bank, describeStage, optional, ParameterProblem, recording, sameAs } from '../contract.js'
import type { Clip } from '../values.js'
import { composeScene } from './compose.js'
import { cutBed, cutEvent } from './cut-event.js'
import { madeOf } from './scene-clips.js'

const parameters = z.strictObject({
  length: duration({ min: 0.05, max: 600 }).default(4).describe('length of the scene'),
  number: ends(z.int().min(1).max(16))
    .default([2, 3])
    .describe('events in a scene, drawn uniformly, both ends included; the clip itself is the first'),
  longest: duration({ min: 0.02, max: 600 }).default(2.5).describe('a longer clip gives a random piece of this length'),
  overlap: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('share of the shorter one that the first two events have in common, at least'),
  levels: z.number().min(0).max(60).default(5).describe('greatest difference between the levels of two events, dB'),
  below: range({ min: 0, max: 100 })
    .default([15, 25])
    .describe('how far the bed lies below the mean level of the events, dB, drawn uniformly'),
  reference: z.number().min(-80).max(0).default(-25).describe('middle of the events’ levels, dB of full scale'),
  fade: duration({ min: 0, max: 1 }).default(0.01).describe('fade where an event was cut'),
  together: z
    .strictObject({ column: z.string(), share: z.number().min(0).max(1).default(1) })
    .optional()
    .describe(
      'which events come together, as in { column: kind, share: 0.8 }: in this share of the scenes all events have the ' +
        'value of the first in a label column, in the others none has; without it any clip may come',
    ),
  'bed-where': z
    .strictObject({ column: z.string(), values: z.array(z.string()).min(1) })
    .optional()
    .describe('clips that beds are taken from, by a label column'),
})

/** A scene made on the fly: events from other clips around the clip itself, and a bed under them. */
export default describeStage({
  runsIn: 'item',
  name: 'scene',
  summary: 'Composes a scene from the clip and others: its channels are the stems, events first, then the bed.',
  source: 'Salamon et al., Scaper, WASPAA 2017; Wisdom et al., FUSS, ICASSP 2021, 2',
  parameters,
  in: {
    from: recording,
    events: sameAs('from', bank(recording)),
    beds: sameAs('from', optional(bank(recording))),
  },
  out: ({ from, beds }, { length, longest, number }) => {
    if (longest > length) throw new ParameterProblem('longest', `an event of ${longest} s in a scene of ${length} s`)
    const { rate } = from
    const excerpt = { kind: 'excerpt', rate, samples: Math.round(length * rate) } as const
    return { kind: 'channels', of: excerpt, count: number[1] + (beds ? 1 : 0) }
  },
  draws: true,
  labels: ({ together, 'bed-where': beds }) => [
    ...(together ? [{ column: together.column }] : []),
    ...(beds ? [beds] : []),
  ],
  work: (given, { out: { of, count } }) => {
    const [longest, fade] = [given.longest, given.fade].map(seconds => Math.round(seconds * of.rate)) as [
      number,
      number,
    ]
    const rules = { ...given, rate: of.rate, samples: of.samples }
    return async ({ from, events, beds, clip, rng }) => {
      const number = rng('number').integer(given.number[0], given.number[1] + 1)
      const where = companyOf(clip, given.together, rng('together').uniform())
      const others = await events.drawn(number - 1, { not: clip.id, rng: rng('events'), where })
      const sounds = [from, ...others.map(({ value }) => value)]
      const cuts = sounds.map((source, i) => cutEvent(source, longest, fade, rng(`cut ${i}`)).samples)
      const isBed = given['bed-where'] && ofValues(given['bed-where'])
      const [bed] = beds ? await beds.draw(1, { not: clip.id, rng: rng('beds'), where: isBed }) : []
      const under = bed && cutBed(bed, of.samples, rng('cut bed')).samples
      const scene = composeScene(cuts, under, rules, rng)
      const stems = Array.from({ length: count }, (_, i) => scene.events[i] ?? new Float32Array(of.samples))
      if (scene.bed) stems[count - 1] = scene.bed
      return madeOf(stems, [clip, ...others.map(({ clip }) => clip)])
    }
  },
})

/** Which clips may stand beside the first: those of its label, or those of others, by one draw in [0, 1). */
function companyOf(first: Clip, together: { column: string; share: number } | undefined, drawn: number) {
  if (!together) return undefined
  const { column, share } = together
  const same = drawn < share
  return ({ labels }: Clip) => (labels[column] === first.labels[column]) === same
}

const ofValues =
  ({ column, values }: { column: string; values: string[] }) =>
  ({ labels }: Clip) =>
    values.includes(labels[column] ?? '')
