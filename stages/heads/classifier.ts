import { z } from 'zod'
import { batchOf, describeStage, embedding, label } from '../contract.js'

/** The last layer of supervised training: a number a class. */
export default describeStage({
  name: 'classifier',
  runsIn: 'tensor',
  role: 'head',
  classifies: 'targets',
  summary: 'From the embedding to one logit a class; as many classes as its targets have.',
  parameters: z.strictObject({
    hidden: z.int().min(1).max(65536).optional().describe('ReLU units between; one dense layer alone if not said'),
  }),
  in: { from: batchOf(embedding), targets: batchOf(label) },
  out: ({ from, targets }) => ({ ...from, of: { kind: 'embedding', size: targets.of.classes } }),
  build: ({ hidden }, { from, targets }) => {
    const [size, classes] = [from.of.size, targets.of.classes]
    return ({ tf, layers }, scope) => {
      const first = hidden === undefined ? undefined : layers.dense(scope.within('hidden'), { in: size, out: hidden })
      const last = layers.dense(scope, { in: hidden ?? size, out: classes })
      return ({ from }) => last(first ? tf.relu(first(from)) : from)
    }
  },
})
