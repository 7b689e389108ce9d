import { z } from 'zod'
import { activity, batchOf, describeStage, ParameterProblem, tokens } from '../contract.js'
import { sigmoidEntropy } from './cross-entropy.js'

/** The loss of what says when something is heard. */
export default describeStage({
  name: 'frame-entropy',
  runsIn: 'tensor',
  role: 'loss',
  summary: 'Binary cross-entropy of each class and frame between logits of moments and the activity of the frames.',
  source: 'Cakir et al., TASLP 2017',
  parameters: z.strictObject({
    smoothing: z.number().min(0).max(0.99).default(0).describe('share of the target that says nothing'),
  }),
  changes: ['smoothing'],
  in: { from: batchOf(tokens), targets: batchOf(activity) },
  out: ({ from, targets }) => {
    const [{ count, size }, { frames, classes }] = [from.of, targets.of]
    if (size !== classes || frames % count !== 0)
      throw new ParameterProblem(
        'from',
        `${size} logits of ${count} moments arrive, and ${classes} classes of ${frames} frames; a frame-classifier that reads the same targets stands between them`,
      )
    return { kind: 'loss', chance: Math.log(2) }
  },
  build: ({ smoothing }, { from: port, targets: { of } }) => {
    const { count } = port.of
    return engine =>
      ({ from, targets }, { now }) => {
        // Every frame of a moment has the same logit: the mean of their entropies is that of their mean target
        const frames = engine.tf.reshape(targets, [-1, count, of.frames / count, of.classes])
        return sigmoidEntropy(engine, from, engine.tf.mean(frames, 2), now?.smoothing ?? smoothing)
      }
  },
})
