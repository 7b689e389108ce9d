import { z } from 'zod'
import { anyItem, channels, describeStage, levels, ParameterProblem } from '../contract.js'
import { describePort } from '../ports.js'
import type { Draws } from '../values.js'
import { ACTIVE_WITHIN } from './measures/active-sources.js'

const parameters = z.strictObject({
  kind: z
    .enum(['mixture-channel', 'channel-channel'])
    .default('mixture-channel')
    .describe('what the pair is: the mixture and one channel, or two different channels of one processor'),
  sources: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('channels of each processor; they lie one processor after the other'),
  among: z
    .array(z.int().min(1))
    .min(1)
    .optional()
    .describe('numbers of the processors that are drawn from, as in [1, 4]; all if not said'),
  within: z
    .number()
    .min(0)
    .max(200)
    .default(ACTIVE_WITHIN)
    .describe('decibels below the mixture down to which a channel is active; others are never chosen'),
})

/** The pair of a mixture and one of its separated channels; processors are combined by the OR rule. */
export default describeStage({
  runsIn: 'item',
  name: 'choose-channel',
  summary:
    'Pairs the mixture with an active channel: draws a processor, then a channel; the mixture itself if none is.',
  source: 'Fonseca et al., WASPAA 2021; the activity rule: Wisdom et al., FUSS, ICASSP 2021',
  parameters,
  in: { mixture: anyItem, channels: channels(anyItem), levels },
  out: ({ mixture, channels, levels }, given) => {
    const { of, count } = channels
    if (describePort(of) !== describePort(mixture))
      throw new ParameterProblem(
        'channels',
        `a channel is ${describePort(of)}, the mixture ${describePort(mixture)}: a pair needs two of the same`,
      )
    if (levels.count !== count)
      throw new ParameterProblem('levels', `there are ${levels.count} levels of ${count} channels`)
    groupsOf(count, given)
    return { kind: 'pair', of: mixture }
  },
  draws: true,
  work: (given, { channels: port }) => {
    const groups = groupsOf(port.count, given)
    const { kind, within } = given
    return ({ mixture, channels, levels, rng, count }) => {
      const [a, b] = chooseChannels({ groups, levels, within, number: kind === 'mixture-channel' ? 1 : 2 }, rng)
      const or = (channel: number | undefined) => (channel === undefined ? mixture : channels[channel]!)
      if (kind === 'mixture-channel') {
        if (a === undefined) count('fallback')
        return { a: mixture, b: or(a) }
      }
      if (b === undefined) count('fallback')
      return { a: or(a), b: or(b) }
    }
  },
})

/** @throws ParameterProblem if the channels are not those of whole processors, or one is asked for that is not there */
function groupsOf(count: number, { sources, among }: z.output<typeof parameters>): number[][] {
  if (count % sources !== 0)
    throw new ParameterProblem('sources', `${count} channels are not those of processors with ${sources} each`)
  const all = count / sources
  const missing = among?.find(number => number > all)
  if (missing !== undefined)
    throw new ParameterProblem('among', `there are ${all} processors, and no number ${missing}`)
  const numbers = among ?? Array.from({ length: all }, (_, at) => at + 1)
  return numbers.map(number => Array.from({ length: sources }, (_, at) => (number - 1) * sources + at))
}

export interface Choice {
  /** The channels of each processor. */
  groups: readonly (readonly number[])[]
  /** Of every channel, decibels over the mixture. */
  levels: Float32Array
  within: number
  /** Channels wanted: 1 or 2. */
  number: 1 | 2
}

/**
 * Draws a processor, then different channels among those of it that are active, all uniformly. The processor is drawn
 * before anything is known of its channels: each has its share of the pairs, whatever comes of it.
 *
 * @returns fewer than wanted where fewer are active
 */
export function chooseChannels({ groups, levels, within, number }: Choice, rng: Draws): number[] {
  const group = groups[rng('processor').integer(0, groups.length)]!
  const active = group.filter(channel => levels[channel]! >= -within)
  const draws = rng('channel')
  const chosen: number[] = []
  while (chosen.length < number && active.length > 0) chosen.push(...active.splice(draws.integer(0, active.length), 1))
  return chosen
}
