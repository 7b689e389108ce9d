import { z } from 'zod'
import { batchOf, describeStage, embedding, label } from '../contract.js'
import { embeddingSize, innermost } from '../ports.js'

/** The last layer of supervised training: a number a class. */
export default describeStage({
  name: 'classifier',
  place: 'tensor',
  role: 'head',
  summary: 'From the embedding to one logit a class; as many classes as its targets have.',
  parameters: z.strictObject({
    hidden: z.int().min(1).max(65536).optional().describe('ReLU units between; one dense layer alone if not said'),
  }),
  in: { from: batchOf(embedding), targets: batchOf(label) },
  out: ({ from, targets }) => {
    const size = from.kind === 'batch' ? from.size : 1
    return { kind: 'batch', of: { kind: 'embedding', size: classesOf(innermost(targets)) }, size }
  },
  build: ({ hidden }, { from, targets }) => {
    const [size, classes] = [embeddingSize(from), classesOf(innermost(targets))]
    return ({ tf, layers }, scope) => {
      const first = hidden === undefined ? undefined : layers.dense(scope.within('hidden'), { in: size, out: hidden })
      const last = layers.dense(scope, { in: hidden ?? size, out: classes })
      return ({ from }) => last(first ? tf.relu(first(from)) : from)
    }
  },
})

const classesOf = (port: ReturnType<typeof innermost>) => (port.kind === 'label' ? port.classes : 1)
