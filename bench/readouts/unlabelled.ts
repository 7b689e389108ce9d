/** What embeddings say of themselves, without labels: signs that they may be worth something. */

import { streamOf } from '../../graphs/streams/draws.js'
import { eigenvalues } from '../../pipelines/embeddings/inspection/inspect-file.js'
import { effectiveRank } from '../../pipelines/model/collapse.js'
import { centred, principalAxes } from '../../pipelines/statistics/principal-axes.js'
import { type Matrix, timesTransposed } from '../../pipelines/statistics/products.js'
import { standardise } from '../../pipelines/statistics/standardise.js'

/** Principal axes in which clusters are looked for, and rows that are drawn for it. */
const AXES = 10
const DRAWN = 100

/**
 * Effective rank (Roy and Vetterli, EUSIPCO 2007; of embeddings: RankMe, Garrido et al., ICML 2023).
 *
 * @param rows standardised
 */
export function rank(rows: Matrix): number {
  const values = eigenvalues(timesTransposed(rows, rows).values, rows.rows)
  return effectiveRank(values.map(value => Math.sqrt(Math.max(0, value))))
}

/**
 * Cluster tendency (Hopkins and Skellam, Annals of Botany 1954), in the first principal axes: 0.5 of rows strewn evenly,
 * towards 1 the more they lie in clusters.
 *
 * @param rows standardised
 */
export function clusterTendency(rows: Matrix): number {
  const axes = principalAxes(centred(rows), AXES)
  const places = standardise(timesTransposed(rows, axes), { rows: 0, columns: AXES, values: new Float64Array(0) }).train
  const rng = streamOf('cluster tendency')
  const [low, high] = [Math.min, Math.max].map(of =>
    Array.from({ length: AXES }, (_, k) =>
      of(...Array.from({ length: places.rows }, (_, row) => places.values[row * AXES + k]!)),
    ),
  ) as [number[], number[]]
  let [strewn, own] = [0, 0]
  for (let draw = 0; draw < DRAWN; draw++) {
    const row = rng.integer(0, places.rows)
    own += nearest(places, places.values.subarray(row * AXES, (row + 1) * AXES), row)
    strewn += nearest(
      places,
      low.map((from, k) => rng.uniform(from, high[k]!)),
    )
  }
  return strewn / (strewn + own)
}

function nearest({ rows, columns, values }: Matrix, place: ArrayLike<number>, but = -1): number {
  let least = Number.POSITIVE_INFINITY
  for (let row = 0; row < rows; row++) {
    if (row === but) continue
    let distance = 0
    for (let k = 0; k < columns; k++) distance += (values[row * columns + k]! - place[k]!) ** 2
    least = Math.min(least, distance)
  }
  return Math.sqrt(least)
}

/**
 * How well two halves of a clip find each other: the mean, over halves, of one over the place of the other half among all
 * rows in order of their cosine.
 *
 * @param rows standardised; the halves of a clip one behind the other
 */
export function halvesAgree(rows: Matrix): number {
  const products = timesTransposed(rows, rows).values
  const count = rows.rows
  const length = (row: number) => Math.sqrt(products[row * count + row]!) || 1
  const cosine = (row: number, other: number) => products[row * count + other]! / (length(row) * length(other))
  let sum = 0
  for (let row = 0; row < count; row++) {
    const wanted = cosine(row, row ^ 1)
    let place = 1
    for (let other = 0; other < count; other++)
      if (other !== row && other !== (row ^ 1) && cosine(row, other) >= wanted) place++
    sum += 1 / place / count
  }
  return sum
}
