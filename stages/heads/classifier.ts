import { z } from 'zod'
import { batchOf, describeStage, embedding, label } from '../contract.js'
import { embeddingSize, innermost } from '../ports.js'

/** The last layer of supervised training: a number a class. */
export default describeStage({
  name: 'classifier',
  place: 'tensor',
  role: 'head',
  summary: 'A dense layer from the embedding to one logit a class; as many classes as its targets have.',
  parameters: z.strictObject({}),
  in: { from: batchOf(embedding), targets: batchOf(label) },
  out: ({ from, targets }) => {
    const size = from.kind === 'batch' ? from.size : 1
    return { kind: 'batch', of: { kind: 'embedding', size: classesOf(innermost(targets)) }, size }
  },
  build: (_, { from, targets }) => {
    const size = { in: embeddingSize(from), out: classesOf(innermost(targets)) }
    return ({ layers }, scope) => {
      const dense = layers.dense(scope, size)
      return ({ from }) => dense(from)
    }
  },
})

const classesOf = (port: ReturnType<typeof innermost>) => (port.kind === 'label' ? port.classes : 1)
