import { z } from 'zod'
import { anyItem, batchOf, describeStage, ParameterProblem } from '../contract.js'
import { describePort } from '../ports.js'

/** Makes a positive pair of two branches behind the batch: what `pair` is before it. */
export default describeStage({
  runsIn: 'tensor',
  role: 'head',
  name: 'zip',
  summary: 'Joins two batches row by row to a batch of pairs: embeddings of two encoders, two views made apart.',
  parameters: z.strictObject({}),
  in: { a: batchOf(anyItem), b: batchOf(anyItem) },
  out: ({ a, b }) => {
    const [one, other] = [a.of, b.of]
    if (one.kind === 'pair')
      throw new ParameterProblem('a', 'two batches of pairs do not make pairs: name a side, as in code.a')
    if (describePort(one) !== describePort(other))
      throw new ParameterProblem(
        'b',
        `a holds ${describePort(one)}, b holds ${describePort(other)}: a pair needs two of the same`,
      )
    return { kind: 'batch', of: { kind: 'pair', of: one }, size: a.size }
  },
  build:
    () =>
    () =>
    ({ a, b }) => ({ a, b }),
})
