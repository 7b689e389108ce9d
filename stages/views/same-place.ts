import { z } from 'zod'
import { asCut, describeStage, logMel, ParameterProblem, patch } from '../contract.js'
import { patchAt, placeOf } from './temporal-proximity.js'

/** What another spectrogram of the clip holds where a patch was cut: another channel, or its lags. */
export default describeStage({
  runsIn: 'item',
  name: 'same-place',
  summary: 'Cuts a patch from a spectrogram of the clip where another patch was cut, from another one.',
  parameters: z.strictObject({}),
  in: { from: logMel, at: asCut(patch) },
  out: ({ from, at }) => {
    if (from.rate !== at.rate || from.hop !== at.hop)
      throw new ParameterProblem(
        'at',
        `its frames are ${at.hop} samples at ${at.rate} Hz apart, those to be cut ${from.hop} at ${from.rate} Hz`,
      )
    return { ...from, kind: 'patch', frames: at.frames }
  },
  draws: true,
  cuts: true,
  work:
    (_, { out: { frames } }) =>
    ({ from, at }) => {
      const { start, of } = placeOf(at, 'same-place')
      if (of !== from.frames) throw new RangeError(`it was cut from ${of} frames, and here are ${from.frames}`)
      return patchAt(from, start, frames)
    },
})
