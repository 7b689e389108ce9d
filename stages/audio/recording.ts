import { z } from 'zod'
import { describeStage, waveform } from '../contract.js'
import { featureStream } from './feature-stream.js'

/** The decoded sound of a clip on disk: pieces of it are read without decoding again. */
export default describeStage({
  runsIn: 'item',
  name: 'recording',
  summary: 'Keeps the decoded sound of each clip, so that any piece of it can be read at once.',
  parameters: z.strictObject({}),
  cached: true,
  copies: true,
  in: { from: waveform },
  out: ({ from }) => ({ kind: 'recording', rate: from.rate }),
  work:
    () =>
    ({ from }) =>
      featureStream(from, 1, () => from.blocks()),
})
