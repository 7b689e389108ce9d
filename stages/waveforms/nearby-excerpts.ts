import { z } from 'zod'
import { duration } from '../../data/quantities.js'
import { randomExcerpt, tooShort } from '../audio/crop.js'
import { describeStage, ParameterProblem, recording } from '../contract.js'
import { madeViews, viewsPort } from '../each-view.js'
import { apart, drawStarts, lie } from '../views/temporal-proximity.js'

/** Temporal proximity sampling on sound itself, for views that work on waveforms. */
export default describeStage({
  runsIn: 'item',
  name: 'nearby-excerpts',
  summary: 'Cuts two excerpts, or more, from one recording at random; they may overlap, or have to, or must not.',
  source: 'Jansen et al., ICASSP 2018; Fonseca et al., ICASSP 2021',
  parameters: z.strictObject({
    length: duration({ min: 0.001, max: 600 }).default(1).describe('of each excerpt; no clip may be shorter'),
    ...lie,
  }),
  in: { from: recording },
  out: ({ from }, { length, ...given }) => {
    const { rate } = from
    const samples = Math.round(length * rate)
    if (samples < 1) throw new ParameterProblem('length', `less than one sample at ${rate} Hz`)
    apart({ ...given, frames: samples }, { rate, hop: 1 })
    return viewsPort({ kind: 'excerpt', rate, samples }, given.views ?? 2)
  },
  draws: true,
  work: (given, { out }) => {
    const { rate, samples } = out.of
    const distance = apart({ ...given, frames: samples }, { rate, hop: 1 })
    return ({ from, rng }) => {
      const starts = rng('starts')
      if (given.mode === 'random') return madeViews(out, () => randomExcerpt(from, samples, starts))
      const places = from.samples - samples + 1
      if (places <= distance[0]) throw tooShort(from, samples + distance[0], 'two such excerpts need')
      const two = drawStarts(places, distance, starts)
      return madeViews(out, at => from.read(two[at % 2]!, samples))
    }
  },
})
