import { readFileSync } from 'node:fs'
import test from 'ava'
import { streamOf } from '../../../../graphs/streams/draws.js'
import { type DesignMatrix, plainDesign, tensorDesign } from '../../../../pipelines/evaluation/probes/design-matrix.js'
import { topClasses } from '../../../../pipelines/evaluation/probes/judges.js'
import { fitPath, logisticRegression } from '../../../../pipelines/evaluation/probes/logistic-regression.js'
import { nearestNeighbours } from '../../../../pipelines/evaluation/probes/nearest-neighbours.js'
import { nearestRows } from '../../../../pipelines/evaluation/probes/nearest-rows.js'
import { thinCoordinates } from '../../../../pipelines/evaluation/probes/thin-coordinates.js'
import { type Matrix, rowsOf, timesTransposed } from '../../../../pipelines/statistics/products.js'
import { standardise } from '../../../../pipelines/statistics/standardise.js'
import { truthOfLabels } from '../../../../pipelines/statistics/truth.js'
import { engine } from '../../../engine/started.js'

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

  /** Largest difference of a probability. */
  const apart = (design: DesignMatrix, tolerance: number) => {
    const differences = fitPath(design, truth, { ...about, tolerance }).map(({ weights, intercepts }, at) => {
      const got = probabilities(asked, weights, intercepts).flat()
      return one.fits[at]!.probabilities.flat().map((share, k) => Math.abs(got[k]! - share))
    })
    design.dispose()
    return Math.max(...differences.flat())
  }

  test(`${name}: probabilities are those of scikit-learn at every strength`, t => {
    t.true(apart(plainDesign(train), 1e-8) < 2e-5)
  })

  test(`${name}: by TensorFlow in float32 as well, as far as that resolves the gradient`, t => {
    t.true(apart(tensorDesign(engine, train), 1e-7) < 1e-4)
  })

  test(`${name}: predictions are those of scikit-learn`, async t => {
    const predicted = await logisticRegression(train, truth, asked, about)
    t.deepEqual(
      predicted.map(logits => [...topClasses(logits)]),
      one.fits.map(fit => fit.predicted),
    )
  })

  test(`${name}: cosine neighbours are those of scikit-learn, ties of the vote apart`, async t => {
    const ks = one.neighbours.map(({ k }) => k)
    const predicted = (await nearestNeighbours(train, truth, asked, ks)).map(topClasses)
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

test('a class that is absent from training is never predicted', async t => {
  const { train, test: asked, targets } = divided(cases.tall!)
  const shifted = targets.map(label => (label === 2 ? 5 : label))
  const [logits] = await logisticRegression(train, truthOfLabels(shifted, 7), asked, {
    strengths: [1],
    tolerance: 1e-6,
  })
  t.deepEqual([...new Set(topClasses(logits!))].sort(), [0, 1, 3, 5])
})

test('a tied vote goes to the more similar neighbours', async t => {
  const train: Matrix = { rows: 2, columns: 2, values: Float64Array.of(1, 0, 0, 1) }
  const asked: Matrix = { rows: 2, columns: 2, values: Float64Array.of(2, 1, 1, 2) }
  const [votes] = await nearestNeighbours(train, truthOfLabels([1, 0], 2), asked, [2])
  t.deepEqual([...topClasses(votes!)], [1, 0])
})

/** Numbers of few digits, exact in float32; rows of length 1 or 0 at once, so that equal cosines are equal everywhere. */
function signs(rows: number, columns: number, key: string): Matrix {
  const rng = streamOf(key)
  const values = Float64Array.from({ length: rows * columns }, () => (rng.uniform() < 0.5 ? -0.25 : 0.25))
  return { rows, columns, values }
}

test('nearest rows by TensorFlow are the beginning of a full sort, over several tiles and blocks', t => {
  // 16 columns of a quarter: of length 1, and the cosines are exact. Thousands of ties.
  const [known, asked] = [signs(2 * 8192 + 75, 16, 'known'), signs(600, 16, 'asked')]
  known.values.fill(0, 0, 16)
  const products = timesTransposed(asked, known).values
  for (const count of [1, 7, 20]) {
    const { indices, similarities } = nearestRows(engine, known, asked, count)
    for (let row = 0; row < asked.rows; row += 37) {
      const own = products.subarray(row * known.rows, (row + 1) * known.rows)
      const expected = [...own].sort((a, b) => b - a).slice(0, count)
      t.deepEqual([...similarities.subarray(row * count, (row + 1) * count)], expected)
      const found = [...indices.subarray(row * count, (row + 1) * count)]
      t.is(new Set(found).size, count)
      const equals = found.slice(1).filter((index, at) => expected[at] === expected[at + 1] && index < found[at]!)
      t.deepEqual(equals, [], 'equals in their order')
      t.deepEqual(
        found.map(index => own[index]),
        expected,
      )
    }
  }
})

test('large problems give the same by both ways, and the same twice', async t => {
  const rng = streamOf('two ways')
  const sets = Int32Array.from({ length: 1200 }, () => rng.integer(0, 6))
  const points: Matrix = { rows: 1200, columns: 160, values: new Float64Array(1200 * 160) }
  points.values.forEach((_, k) => {
    points.values[k] = rng.normal() + 0.6 * Number(k % 6 === sets[Math.floor(k / 160)])
  })
  const truth = truthOfLabels(sets, 6)
  const settings = { strengths: [1e-2, 1], tolerance: 1e-6 }
  const heavy = await logisticRegression(points, truth, points, settings)
  t.deepEqual(await logisticRegression(points, truth, points, settings), heavy)
  fitPath(plainDesign(points), truth, settings).forEach(({ weights, intercepts }, at) => {
    const logits = timesTransposed(points, weights)
    const shifted = logits.values.map((value, k) => value + intercepts[k % 6]!)
    t.true(difference({ ...logits, values: shifted }, heavy[at]!) < 1e-3)
  })
})

const difference = (a: Matrix, b: Matrix) => Math.max(...a.values.map((value, k) => Math.abs(value - b.values[k]!)))
