import { readFileSync } from 'node:fs'
import test from 'ava'
import { topClasses } from '../../../pipelines/probes/judges.js'
import { fitPath, logisticRegression } from '../../../pipelines/probes/logistic-regression.js'
import { nearestNeighbours } from '../../../pipelines/probes/nearest-neighbours.js'
import { type Matrix, rowsOf, timesTransposed } from '../../../pipelines/probes/products.js'
import { standardise } from '../../../pipelines/probes/standardise.js'
import { thinCoordinates } from '../../../pipelines/probes/thin-coordinates.js'
import { truthOfLabels } from '../../../pipelines/probes/truth.js'

interface Case {
  width: number
  classes: number
  labels: number[]
  features: number[][]
  fits: { C: number; probabilities: number[][]; predicted: number[] }[]
  neighbours: { k: number; predicted: number[]; tied: boolean[] }[]
}
const cases: Record<string, Case> = JSON.parse(readFileSync('test/fixtures/probe/cases.json', 'utf8'))

/** As in make.py: every fourth clip is tested. */
function divided({ features, labels, width }: Case) {
  const all: Matrix = { rows: features.length, columns: width, values: Float64Array.from(features.flat()) }
  const rows = labels.map((_, row) => row)
  const [known, asked] = [rows.filter(row => row % 4 !== 3), rows.filter(row => row % 4 === 3)]
  return {
    ...standardise(rowsOf(all, known), rowsOf(all, asked)),
    targets: Int32Array.from(known, row => labels[row]!),
  }
}

/** Row-wise soft-max of X Wᵀ + b. */
function probabilities(points: Matrix, weights: Matrix, intercepts: Float64Array): number[][] {
  const { values, columns } = timesTransposed(points, weights)
  return Array.from({ length: points.rows }, (_, row) => {
    const weight = Array.from({ length: columns }, (_, c) => Math.exp(values[row * columns + c]! + intercepts[c]!))
    const sum = weight.reduce((a, b) => a + b)
    return weight.map(value => value / sum)
  })
}

for (const [name, one] of Object.entries(cases)) {
  const { train, test: asked, targets } = divided(one)
  const truth = truthOfLabels(targets, one.classes)
  const about = { strengths: one.fits.map(fit => fit.C), tolerance: 1e-8 }

  test(`${name}: probabilities are those of scikit-learn at every strength`, t => {
    fitPath(train, truth, about).forEach(({ weights, intercepts }, at) => {
      const { probabilities: expected } = one.fits[at]!
      const got = probabilities(asked, weights, intercepts)
      for (const [row, shares] of expected.entries())
        for (const [c, share] of shares.entries())
          t.true(Math.abs(got[row]![c]! - share) < 2e-5, `C ${one.fits[at]!.C}`)
    })
  })

  test(`${name}: predictions are those of scikit-learn`, t => {
    const predicted = logisticRegression(train, truth, asked, about)
    t.deepEqual(
      predicted.map(logits => [...topClasses(logits)]),
      one.fits.map(fit => fit.predicted),
    )
  })

  test(`${name}: cosine neighbours are those of scikit-learn, ties of the vote apart`, t => {
    const ks = one.neighbours.map(({ k }) => k)
    const predicted = nearestNeighbours(train, truth, asked, ks).map(topClasses)
    for (const [at, { predicted: expected, tied }] of one.neighbours.entries())
      for (const [row, label] of expected.entries()) if (!tied[row]) t.is(predicted[at]![row], label)
  })
}

test('thin coordinates keep every inner product with the training points', t => {
  const { train, test: asked } = divided(cases.wide!)
  const thin = thinCoordinates(train, asked)
  t.true(thin.train.columns <= train.rows)
  t.true(difference(timesTransposed(thin.train, thin.train), timesTransposed(train, train)) < 1e-8)
  t.true(difference(timesTransposed(thin.test, thin.train), timesTransposed(asked, train)) < 1e-8)
})

test('a class that is absent from training is never predicted', t => {
  const { train, test: asked, targets } = divided(cases.tall!)
  const shifted = targets.map(label => (label === 2 ? 5 : label))
  const [logits] = logisticRegression(train, truthOfLabels(shifted, 7), asked, { strengths: [1], tolerance: 1e-6 })
  t.deepEqual([...new Set(topClasses(logits!))].sort(), [0, 1, 3, 5])
})

test('a tied vote goes to the more similar neighbours', t => {
  const train: Matrix = { rows: 2, columns: 2, values: Float64Array.of(1, 0, 0, 1) }
  const asked: Matrix = { rows: 2, columns: 2, values: Float64Array.of(2, 1, 1, 2) }
  const [votes] = nearestNeighbours(train, truthOfLabels([1, 0], 2), asked, [2])
  t.deepEqual([...topClasses(votes!)], [1, 0])
})

const difference = (a: Matrix, b: Matrix) => Math.max(...a.values.map((value, k) => Math.abs(value - b.values[k]!)))
