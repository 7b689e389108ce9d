/** Against eigenvalues and vectors that are known by construction. */

import test from 'ava'
import { streamOf } from '../../../graphs/streams/draws.js'
import { centred, principalAxes } from '../../../pipelines/statistics/principal-axes.js'
import { dot, type Matrix, timesTransposed } from '../../../pipelines/statistics/products.js'
import { fc, testProp } from '../../properties.js'

testProp(
  'rows along orthonormal directions: those are the axes, the widest first, whatever the mean',
  [fc.integer({ min: 3, max: 40 }), fc.integer()],
  (t, columns, seed) => {
    const rng = streamOf(`axes ${seed}`)
    const directions = [0, 1].map(d => Float64Array.from({ length: columns }, (_, k) => reflected(d, k, columns)))
    const mean = Float64Array.from({ length: columns }, () => 10 * rng.normal())
    // so far apart along both that 15 rounds leave (1 / 4) ** 30 of the other
    const spreads = [4, 1]
    const values = Float64Array.from({ length: 8 * columns }, (_, at) => {
      const [row, k] = [Math.floor(at / columns), at % columns]
      return mean[k]! + directions.reduce((sum, one, d) => sum + spreads[d]! * sign(d, row) * one[k]!, 0)
    })
    const axes = principalAxes(centred({ rows: 8, columns, values }), 3)
    for (const [d, direction] of directions.entries())
      t.true(Math.abs(Math.abs(dot(axes.values, d * columns, direction, 0, columns)) - 1) < 1e-9)
    t.true(lengthOf(axes, 2) < 1e-6 || Math.abs(lengthOf(axes, 2) - 1) < 1e-9)
  },
)

test('many axes and few, of few rows and many: the first has the same variance', t => {
  const rng = streamOf('axes by products')
  for (const [rows, columns] of [
    [40, 90],
    [90, 40],
  ] as const) {
    const values = Float64Array.from({ length: rows * columns }, (_, at) => rng.normal() * 0.5 ** (at % columns))
    const matrix = centred({ rows, columns, values })
    const spread = (count: number, at: number) => {
      const axes = principalAxes(matrix, count)
      t.true(Math.abs(lengthOf(axes, at) - 1) < 1e-9)
      return lengthOf(timesTransposed(axes, matrix), at)
    }
    // one axis is found through the rows, twelve by products
    t.true(Math.abs(spread(12, 0) / spread(1, 0) - 1) < 1e-6, `${spread(12, 0)}, ${spread(1, 0)}`)
  }
})

test('rows that are all alike have no axis', t => {
  const values = Float64Array.from({ length: 12 }, (_, at) => at % 4)
  t.deepEqual([...principalAxes(centred({ rows: 3, columns: 4, values }), 2).values], Array(8).fill(0))
})

/** Two directions at right angles: e_0 and e_1, turned by a reflection so that every dimension takes part. */
function reflected(d: number, k: number, columns: number): number {
  return (d === k ? 1 : 0) - 2 / columns
}

/** Of uncorrelated rows: +-+-..., ++--.... */
const sign = (d: number, row: number) => ((row >> d) & 1 ? -1 : 1)

const lengthOf = ({ columns, values }: Matrix, row: number) =>
  Math.sqrt(dot(values, row * columns, values, row * columns, columns))
