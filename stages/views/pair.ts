import { z } from 'zod'
import { anyItem, describeStage, ParameterProblem } from '../contract.js'
import { describePort } from '../ports.js'

/** Makes a positive pair of two branches of a graph. */
export default describeStage({
  runsIn: 'item',
  name: 'pair',
  summary: 'Joins two items of the same kind to a pair: the two views of one clip.',
  parameters: z.strictObject({}),
  copies: true,
  in: { a: anyItem, b: anyItem },
  out: ({ a, b }) => {
    if (describePort(a) !== describePort(b))
      throw new ParameterProblem('b', `a is ${describePort(a)}, b is ${describePort(b)}: a pair needs two of the same`)
    if (a.kind === 'pair') throw new ParameterProblem('a', 'two pairs do not make a pair: name a lane, as in near.a')
    return { kind: 'pair', of: a }
  },
  work:
    () =>
    ({ a, b }) => ({ a, b }),
})
