import { cholesky, type Matrix, rowsOf, solve, timesTransposed } from '../../../pipelines/statistics/products.js'
import { standardise, standardiseRows } from '../../../pipelines/statistics/standardise.js'
import { fc, testProp } from '../../properties.js'

const matrix = (rows: number, columns: number): fc.Arbitrary<Matrix> =>
  fc
    .array(fc.float({ min: -9, max: 9, noNaN: true }), { minLength: rows * columns, maxLength: rows * columns })
    .map(values => ({ rows, columns, values: Float64Array.from(values) }))

const sizes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 21 }), fc.integer({ min: 1, max: 11 }))

testProp(
  'the blocked product is the plain one, at every size',
  [sizes.chain(([n, m, depth]) => fc.tuple(matrix(n, depth), matrix(m, depth)))],
  (t, [a, b]) => {
    const { values } = timesTransposed(a, b)
    for (let i = 0; i < a.rows; i++)
      for (let j = 0; j < b.rows; j++) {
        let sum = 0
        for (let k = 0; k < a.columns; k++) sum += a.values[i * a.columns + k]! * b.values[j * b.columns + k]!
        t.true(Math.abs(values[i * b.rows + j]! - sum) < 1e-9)
      }
  },
)

testProp(
  'a solution put back gives the right side, for any number of right sides',
  [sizes.chain(([n, count]) => fc.tuple(matrix(n, n), matrix(count, n)))],
  (t, [square, rights]) => {
    const positive = timesTransposed(square, square)
    for (let k = 0; k < square.rows; k++) positive.values[k * square.rows + k]! += 1
    const solved = { ...rights, values: rights.values.slice() }
    solve(cholesky(positive), solved.values, rights.rows)
    timesTransposed(solved, positive).values.forEach((value, k) => {
      t.true(Math.abs(value - rights.values[k]!) < 1e-7)
    })
  },
)

testProp('standardised training features have mean 0 and deviation 1, or are 0', [matrix(7, 3)], (t, train) => {
  train.values.forEach((_, k) => {
    if (k % 3 === 2) train.values[k] = 4
  })
  const { values } = standardise(train, train).train
  for (let column = 0; column < 3; column++) {
    const own = values.filter((_, k) => k % 3 === column)
    const mean = own.reduce((a, b) => a + b) / 7
    const variance = own.reduce((a, b) => a + (b - mean) ** 2, 0) / 7
    t.true(Math.abs(mean) < 1e-6)
    t.true(Math.abs(variance - 1) < 1e-6 || variance < 1e-6)
    if (column === 2) t.true(own.every(value => value === 0))
  }
})

testProp('chosen rows are standardised as copies of them are', [matrix(600, 3)], (t, features) => {
  const train = Array.from({ length: 299 }, (_, at) => 2 * at + 1)
  const test = [4, 0, 598]
  t.deepEqual(standardiseRows(features, { train, test }), standardise(rowsOf(features, train), rowsOf(features, test)))
})
