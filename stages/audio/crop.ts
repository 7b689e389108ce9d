import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import { duration } from '../../data/quantities.js'
import { describeStage, ParameterProblem, recording } from '../contract.js'
import type { Excerpt, Recording, Rng } from '../values.js'

/** A piece of fixed length from a random place of a recording. */
export default describeStage({
  runsIn: 'item',
  name: 'crop',
  summary: 'Cuts an excerpt of fixed length from a random place of the recording.',
  parameters: z.strictObject({
    length: duration({ min: 0.001, max: 600 }).default(4).describe('of the excerpt; no clip may be shorter'),
  }),
  in: { from: recording },
  out: ({ from }, { length }) => {
    const { rate } = from
    const samples = Math.round(length * rate)
    if (samples < 1) throw new ParameterProblem('length', `less than one sample at ${rate} Hz`)
    return { kind: 'excerpt', rate, samples }
  },
  draws: true,
  work:
    (_, { out }) =>
    ({ from, rng }) =>
      randomExcerpt(from, out.samples, rng('start')),
})

/**
 * `samples` from a uniformly drawn place.
 *
 * @returns the caller's own
 * @throws Problem `clip-too-short`
 */
export function randomExcerpt(recording: Recording, samples: number, rng: Rng): Excerpt {
  if (recording.samples >= samples) return recording.read(rng.integer(0, recording.samples - samples + 1), samples)
  throw tooShort(recording, samples, 'crop takes')
}

/** Of a recording, from which `what` so many samples. */
export function tooShort({ rate, samples }: Recording, needed: number, what: string): Problem {
  const [there, asked] = [samples, needed].map(count => `${Number((count / rate).toFixed(3))} s`)
  return new Problem('clip-too-short', `The recording is ${there} long, and ${what} ${asked}.`, {
    hint: `Write 'at-least: ${asked}' at the waveform node: it repeats clips that are shorter.`,
  })
}
