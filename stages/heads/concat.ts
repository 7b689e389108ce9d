import { z } from 'zod'
import { batchOf, describeStage, embedding, optional } from '../contract.js'
import { embeddingSize } from '../ports.js'

const some = batchOf(embedding)

/** Embeddings of several encoders as one: each row holds those of one clip, in the order in which they are named. */
export default describeStage({
  place: 'tensor',
  role: 'head',
  name: 'concat',
  summary: 'Puts the embeddings of two to four encoders side by side; each row stays one clip.',
  parameters: z.strictObject({}),
  in: { a: some, b: some, c: optional(some), d: optional(some) },
  out: ports => ({
    kind: 'batch',
    of: { kind: 'embedding', size: Object.values(ports).reduce((sum, port) => sum + embeddingSize(port), 0) },
    size: ports.a.kind === 'batch' ? ports.a.size : 0,
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
