/** Whether two samples come from one distribution, by drawing anew who belongs to which: no assumption of any shape. */
import { shuffled } from '../../graphs/streams/draws.js'
import type { Matrix } from './products.js'

export interface Drawn {
  /** Of what was observed. */
  value: number
  /** Share of the draws that reach it, the observed one counted (Phipson and Smyth, 2010). */
  p: number
}

interface Groups {
  /** Whether each row is of the second sample. */
  second: readonly boolean[]
  /** What belongs together, and changes sides as one: the recording of each row. */
  units: readonly string[]
  draws: number
}

/**
 * Energy distance 2 E|X - Y| - E|X - X'| - E|Y - Y'| (Szekely and Rizzo, 2013), 0 for one distribution, by Euclidean
 * distance, with a permutation test.
 */
export function energyDistance(points: Matrix, groups: Groups): Drawn {
  const distances = distancesOf(points)
  return permuted(groups, second => [energy(distances, second)])[0]!
}

/**
 * Difference of the means, second less first, of each column; p is of the largest standardised difference of all columns,
 * so that one of many is not found by chance (Westfall and Young, 1993).
 */
export function meanDifferences(points: Matrix, groups: Groups): Drawn[] {
  const { rows, columns, values } = points
  const scale = Float64Array.from({ length: columns }, (_, k) => deviationOf(points, k) || 1)
  const differences = (second: readonly boolean[]) => {
    const sums = [new Float64Array(columns), new Float64Array(columns)]
    const counts = [0, 0]
    for (let row = 0; row < rows; row++) {
      const side = Number(second[row])
      counts[side]!++
      for (let k = 0; k < columns; k++) sums[side]![k]! += values[row * columns + k]! / scale[k]!
    }
    return Float64Array.from({ length: columns }, (_, k) => sums[1]![k]! / counts[1]! - sums[0]![k]! / counts[0]!)
  }
  const observed = differences(groups.second)
  const largest = Float64Array.from(drawsOf(groups), second => Math.max(...differences(second).map(Math.abs)))
  return Array.from(observed, (value, k) => ({
    value: value * scale[k]!,
    p: shareOf(largest, Math.abs(value)),
  }))
}

function permuted(groups: Groups, statistic: (second: readonly boolean[]) => number[]): Drawn[] {
  const observed = statistic(groups.second)
  const drawn = drawsOf(groups).map(statistic)
  return observed.map((value, at) => ({
    value,
    p: shareOf(
      drawn.map(one => one[at]!),
      value,
    ),
  }))
}

const shareOf = (drawn: ArrayLike<number>, value: number) =>
  (1 + Array.from(drawn).filter(one => one >= value - 1e-12).length) / (1 + drawn.length)

/** Sides drawn anew: as many units on each side as before. */
function drawsOf({ second, units, draws }: Groups): boolean[][] {
  const names = [...new Set(units)]
  const side = new Map(units.map((unit, row) => [unit, second[row]!]))
  const sides = names.map(name => side.get(name)!)
  return Array.from({ length: draws }, (_, draw) => {
    const drawn = new Map(shuffled(sides, `sides ${draw}`).map((one, at) => [names[at]!, one]))
    return units.map(unit => drawn.get(unit)!)
  })
}

function deviationOf({ rows, columns, values }: Matrix, column: number): number {
  let [sum, squares] = [0, 0]
  for (let at = column; at < values.length; at += columns) {
    sum += values[at]!
    squares += values[at]! ** 2
  }
  return Math.sqrt(Math.max(0, squares / rows - (sum / rows) ** 2))
}

/** Row-major rows x rows. */
export function distancesOf({ rows, columns, values }: Matrix): Float32Array {
  const out = new Float32Array(rows * rows)
  for (let a = 0; a < rows; a++)
    for (let b = 0; b < a; b++) {
      let sum = 0
      for (let k = 0; k < columns; k++) sum += (values[a * columns + k]! - values[b * columns + k]!) ** 2
      out[a * rows + b] = out[b * rows + a] = Math.sqrt(sum)
    }
  return out
}

function energy(distances: Float32Array, second: readonly boolean[]): number {
  const rows = second.length
  const sums = [0, 0, 0]
  for (let a = 0; a < rows; a++)
    for (let b = 0; b < a; b++) sums[Number(second[a]) + Number(second[b])]! += distances[a * rows + b]!
  const m = second.filter(Boolean).length
  const n = rows - m
  return (2 * sums[1]!) / (n * m) - (2 * sums[0]!) / n ** 2 - (2 * sums[2]!) / m ** 2
}
