import { z } from 'zod'
import { batchOf, describeStage, embedding, optional } from '../contract.js'

const some = batchOf(embedding)

/** Embeddings of several encoders as one: each row holds those of one clip, in the order in which they are named. */
export default describeStage({
  runsIn: 'tensor',
  role: 'head',
  name: 'concat',
  summary: 'Puts the embeddings of two to four encoders side by side; each row stays one clip.',
  parameters: z.strictObject({}),
  in: { a: some, b: some, c: optional(some), d: optional(some) },
  out: ports => ({
    kind: 'batch',
    of: { kind: 'embedding', size: Object.values(ports).reduce((sum, port) => sum + (port?.of.size ?? 0), 0) },
    size: ports.a.size,
  }),
  build:
    () =>
    ({ tf }) =>
    ({ a, b, c, d }) =>
      tf.concat(
        [a, b, c, d].filter(each => each !== undefined),
        1,
      ),
})
