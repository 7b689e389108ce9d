import { readFileSync } from 'node:fs'
import test from 'ava'
import { nearestCentroid } from '../../../../pipelines/evaluation/probes/nearest-centroid.js'
import { rowsOf } from '../../../../pipelines/statistics/products.js'
import { truthOfLabels } from '../../../../pipelines/statistics/truth.js'
import { FLOAT64, near } from '../../../engine/near.js'

const matrix = (rows: readonly number[][]) => ({
  ...{ rows: rows.length, columns: rows[0]!.length },
  values: Float64Array.from(rows.flat()),
})

test('a clip of several classes belongs to the mean of each', t => {
  const truth = { classes: 2, sets: [[0], [0, 1], [1]], exclusive: false }
  const scores = nearestCentroid(matrix([[0], [2], [4]]), truth, matrix([[0]]))
  near(t, scores.values, [-1, -9], 'scores', { unit: FLOAT64 })
})

test('distances are those of scikit-learn', t => {
  const one = JSON.parse(readFileSync('test/fixtures/nearest-centroid/case.json', 'utf8'))
  const rows: number[] = one.labels.map((_: number, row: number) => row)
  const [known, asked] = [rows.filter(row => row % 4 !== 3), rows.filter(row => row % 4 === 3)]
  const features = matrix(one.features)
  const labels = known.map(row => one.labels[row])
  const scores = nearestCentroid(rowsOf(features, known), truthOfLabels(labels, 4), rowsOf(features, asked))
  const rounded = { inexact: 1e-8 } // as the reference is written
  near(t, scores.values.map(Math.abs), one.distances.flat(), 'distances', rounded)
})

test('a class without clips is the nearest of no clip', t => {
  const { values } = nearestCentroid(matrix([[0]]), truthOfLabels([0], 2), matrix([[7]]))
  t.deepEqual([...values], [-49, Number.NEGATIVE_INFINITY])
})
