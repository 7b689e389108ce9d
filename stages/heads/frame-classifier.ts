import { z } from 'zod'
import { activity, batchOf, describeStage, ParameterProblem, tokens } from '../contract.js'

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
    const { count, times, bins } = from.of
    const { frames, classes } = targets.of
    if (count !== times * bins)
      throw new ParameterProblem('from', `${count} of ${times} x ${bins} tokens arrive: moments cannot be hidden here`)
    if (frames % times !== 0)
      throw new ParameterProblem(
        'from',
        `${times} moments and ${frames} frames: patches have to be whole moments long, as of ${times * Math.floor(frames / times)} frames`,
      )
    return { ...from, of: { kind: 'tokens', count: times, size: classes, times, bins: 1 } }
  },
  build: ({ hidden }, { from: { of }, targets }) => {
    const { times, bins, size } = of
    return ({ tf, layers }, scope) => {
      const first = hidden === undefined ? undefined : layers.dense(scope.within('hidden'), { in: size, out: hidden })
      const last = layers.dense(scope, { in: hidden ?? size, out: targets.of.classes })
      return ({ from }) => {
        const moments = bins === 1 ? from : tf.mean(tf.reshape(from, [-1, times, bins, size]), 2)
        const rows = tf.reshape(moments, [-1, size])
        return tf.reshape(last(first ? tf.relu(first(rows)) : rows), [-1, times, targets.of.classes])
      }
    }
  },
})
