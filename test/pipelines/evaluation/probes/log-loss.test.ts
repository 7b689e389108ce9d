/** What a probe says of how sure it was, clip by clip. */
import test from 'ava'
import { streamOf } from '../../../../graphs/streams/draws.js'
import { type Classifier, classifiersOf } from '../../../../pipelines/evaluation/probes/classifiers.js'
import { crossValidate } from '../../../../pipelines/evaluation/probes/cross-validate.js'
import { crossFolds } from '../../../../pipelines/evaluation/probes/folds.js'
import { CLASS_JUDGE } from '../../../../pipelines/evaluation/probes/judges.js'
import { mean } from '../../../../pipelines/statistics/mean.js'
import { logLosses } from '../../../../pipelines/statistics/scores.js'
import { truthOfLabels } from '../../../../pipelines/statistics/truth.js'

/** Two classes that overlap, in more dimensions than clips: a fit without restraint is sure, and often wrong. */
function overlapping() {
  const rng = streamOf('overlapping classes')
  const labels = Array.from({ length: 60 }, (_, clip) => clip % 2)
  const values = Float64Array.from(labels.flatMap(one => Array.from({ length: 80 }, () => rng.normal() + 0.15 * one)))
  return { features: { rows: 60, columns: 80, values }, labels, truth: truthOfLabels(labels, 2) }
}

test('log-losses are of the setting that has the least on inner folds, and each clip has one', async t => {
  const { features, labels, truth } = overlapping()
  const folds = crossFolds(
    labels,
    labels.map((_, clip) => `${clip}`),
    3,
    0,
  )
  const of = async (classifier: Classifier) =>
    (await crossValidate({ features }, truth, folds, { classifier, judge: CLASS_JUDGE })).answer
  const [tuned] = classifiersOf(['logistic-regression']) as [Extract<Classifier, { logits?: true }>]
  const { losses } = await of(tuned)
  t.is(losses!.length, 60)
  t.true(mean(losses!) < 0.8, `${mean(losses!)}`) // ln 2, of what says nothing, is 0.693
  const sure = (await of({ ...tuned, settings: [10] })).losses!
  t.true(mean(sure) > 1.2 * mean(losses!), `${mean(sure)} of the most flexible, ${mean(losses!)}`)
  t.is((await of(classifiersOf(['knn'])[0]!)).losses, undefined)
})

test('the mean is the cross-entropy of PyTorch', t => {
  // torch.nn.functional.cross_entropy, float64
  const scores = { rows: 3, columns: 2, values: Float64Array.of(2, 1, 0.5, 0.25, -1, 3) }
  t.true(Math.abs(mean(logLosses(scores, truthOfLabels([0, 1, 1], 2))) - 0.385783678438292) < 1e-12)
})
