import { z } from 'zod'
import { describeStage, waveform } from '../contract.js'
import type { FeatureStream } from '../values.js'

/** The decoded sound of a clip on disk: pieces of it are read without decoding again. */
export default describeStage({
  place: 'item',
  name: 'recording',
  summary: 'Keeps the decoded sound of each clip, so that any piece of it can be read at once.',
  parameters: z.strictObject({}),
  cached: true,
  in: { from: waveform },
  out: ({ from }) => (from.kind === 'waveform' ? { kind: 'recording', rate: from.rate } : from),
  work:
    () =>
    ({ from }): FeatureStream => ({ bands: 1, blocks: () => from.blocks(), seconds: () => from.seconds?.() }),
})
