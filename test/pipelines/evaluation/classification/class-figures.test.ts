/** Figures of class scores; expected values by hand and, for mAP and lwlrap, from scikit-learn's definitions. */
import test from 'ava'
import { classFigures } from '../../../../pipelines/evaluation/classification/class-figures.js'
import type { Classification } from '../../../../pipelines/evaluation/classification/classification.js'
import { armsText, classificationText } from '../../../../pipelines/evaluation/classification/classification-text.js'
import { classesOf, toProbabilities } from '../../../../pipelines/evaluation/classification/trained-classifier.js'

const close = (one: number, other: number) => Math.abs(one - other) < 1e-6

test('macro top-1 is the mean recall of the classes that occur, micro top-1 the share of clips', t => {
  const scores = {
    rows: 4,
    columns: 3,
    values: Float64Array.of(0.6, 0.3, 0.1, 0.5, 0.4, 0.1, 0.2, 0.7, 0.1, 0.9, 0.1, 0),
  }
  const { figures, byClass } = classFigures(scores, { classes: 3, sets: [[0], [0], [1], [1]], exclusive: true })
  t.true(close(figures.balanced!.value, 0.75))
  t.true(close(figures.accuracy!.value, 0.75))
  t.deepEqual(byClass, [
    { clips: 2, figure: 1 },
    { clips: 2, figure: 0.5 },
    { clips: 0, figure: undefined },
  ])
  const uneven = classFigures(scores, { classes: 3, sets: [[0], [0], [0], [1]], exclusive: true }, ['a', 'a', 'b', 'b'])
  t.true(close(uneven.figures.balanced!.value, 1 / 3))
  t.true(close(uneven.figures.accuracy!.value, 0.5))
  t.is(uneven.figures.accuracy!.interval!.length, 2)
})

test('clips of several classes: mean average precision', t => {
  const scores = { rows: 3, columns: 2, values: Float64Array.of(0.9, 0.2, 0.5, 0.8, 0.6, 0.4) }
  const { figures, byClass } = classFigures(scores, { classes: 2, sets: [[0], [0, 1], [1]], exclusive: false })
  // class 0 is ranked 1, 3 of 3: (1 + 2/3) / 2; class 1 1, 2: 1
  t.true(close(byClass[0]!.figure!, 5 / 6))
  t.true(close(figures.map!.value, (5 / 6 + 1) / 2))
  // one label at rank 1; two at ranks 1 and 2, both precise; one at rank 2 of which 1 is right
  t.true(close(figures.lwlrap!.value, (1 + 1 + 1 + 1 / 2) / 4))
})

test('probabilities: softmax adds up to 1 and stands large logits, sigmoid is class by class', t => {
  const soft = toProbabilities(Float32Array.of(1000, 1000, 999), 'softmax')
  t.true(close(soft[0]! + soft[1]! + soft[2]!, 1) && close(soft[2]! / soft[0]!, Math.exp(-1)))
  t.deepEqual(toProbabilities(Float32Array.of(0), 'sigmoid'), Float32Array.of(0.5))
})

test('labels of a clip are split where the classifier was told to', t => {
  const classifier = {
    classes: ['kick', 'snare', 'tom'],
    column: 'label',
    node: 'c',
    size: 3,
    outputs: 'sigmoid',
  } as const
  t.deepEqual(classesOf('tom; kick; gong', { ...classifier, separator: ';' }), [0, 2])
  t.deepEqual(classesOf('tom; kick', classifier), [])
  t.deepEqual(classesOf(undefined, classifier), [])
})

test('the tables: the hardest class first; arms with mean and deviation over seeds', t => {
  const of = (balanced: number) =>
    ({
      ...{ sounds: 'test.tsv', clips: 3, patches: 5, left: [], labelled: 2 },
      figures: { balanced: { value: balanced }, accuracy: { value: 0.5, interval: [0.25, 0.75] } },
      byClass: [
        { clips: 1, figure: 1 },
        { clips: 1, figure: 0 },
        { clips: 0, figure: undefined },
      ],
      classifier: { classes: ['kick', 'snare', 'tom'], column: 'label' },
      settings: { pooling: 'mean of patch probabilities' },
    }) as unknown as Classification
  const text = classificationText(of(0.5))
  t.regex(text, /macro top-1 +50\.0\nmicro top-1 +50\.0 \[25\.0, 75\.0\]/)
  t.regex(text, /snare +0\.0 {2}1 clips\nkick +100\.0/)
  t.notRegex(text, /tom/)
  t.regex(text, /1 without one of the classes are not judged/)
  const arms = armsText([0.4, 0.6].map((value, seed) => ({ arm: 'base', seed, classification: of(value) })))
  t.regex(arms, /base +2 +50\.0 \+- 14\.1 +50\.0 \+- 0\.0/)
})
