import { z } from 'zod'
import type { Tensor } from '../../engine/engine.js'
import { anyItem, batchOf, describeStage, ParameterProblem } from '../contract.js'
import { describePort } from '../ports.js'

/** The sum of what a batch holds side by side: a mixture of two mixtures, or a mixture of stems. */
export default describeStage({
  name: 'mixture',
  runsIn: 'tensor',
  role: 'head',
  summary: 'Adds the two sides of a pair of excerpts, or the channels of a scene, to one mixture.',
  source: 'Wisdom et al., NeurIPS 2020, 3.1',
  parameters: z.strictObject({}),
  in: { from: batchOf(anyItem) },
  out: ({ from }) => {
    const sides = from.of
    if ((sides.kind === 'pair' || sides.kind === 'channels') && sides.of.kind === 'excerpt')
      return { ...from, of: sides.of }
    throw new ParameterProblem('from', `expected pairs or channels of excerpts, and ${describePort(from)} arrives`)
  },
  build: () => engine => inputs => {
    const sides = inputs.from as Tensor | { a: Tensor; b: Tensor }
    return 'a' in sides ? engine.tf.add(sides.a, sides.b) : engine.tf.sum(sides, 1)
  },
})
