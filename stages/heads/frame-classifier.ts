import { z } from 'zod'
import { activity, batchOf, describeStage, ParameterProblem, tokens } from '../contract.js'
import { demandAllMoments, meanOverFrequency } from './moments.js'

/** The last layer of what says when something is heard: a number a class and moment. */
export default describeStage({
  name: 'frame-classifier',
  runsIn: 'tensor',
  role: 'head',
  summary: 'From the tokens of each moment, in their mean over frequency, to one logit a class: when is it heard?',
  source: 'Cakir et al., TASLP 2017',
  parameters: z.strictObject({
    hidden: z.int().min(1).max(65_536).optional().describe('ReLU units between; one dense layer alone if not said'),
  }),
  in: { from: batchOf(tokens), targets: batchOf(activity) },
  out: ({ from, targets }) => {
    const { times } = from.of
    const { frames, classes } = targets.of
    demandAllMoments(from.of)
    if (frames % times !== 0)
      throw new ParameterProblem(
        'from',
        `${times} moments and ${frames} frames: patches have to be whole moments long, as of ${times * Math.floor(frames / times)} frames`,
      )
    return { ...from, of: { kind: 'tokens', count: times, size: classes, times, bins: 1 } }
  },
  build: ({ hidden }, { from: { of }, targets }) => {
    const { times, size } = of
    return ({ tf, layers }, scope) => {
      const first = hidden === undefined ? undefined : layers.dense(scope.within('hidden'), { in: size, out: hidden })
      const last = layers.dense(scope, { in: hidden ?? size, out: targets.of.classes })
      return ({ from }) => {
        const rows = tf.reshape(meanOverFrequency(tf, from, of), [-1, size])
        return tf.reshape(last(first ? tf.relu(first(rows)) : rows), [-1, times, targets.of.classes])
      }
    }
  },
})
