/** Pairs of rows that point the same way: all of them, tile against tile. */
import { centred, principalAxes } from '../../statistics/principal-axes.js'
import { rowsOf, timesTransposed } from '../../statistics/products.js'
import { rowTiles, startedEngine } from '../../statistics/row-tiles.js'

export interface Twin {
  a: number
  b: number
  cosine: number
}

export interface NearDuplicates {
  /** The most alike first; at most `KEPT`. */
  pairs: Twin[]
  count: number
  /** More pairs than `MOST` were met, and the search ended there. */
  cut: boolean
}

/** Rows of a tile: the products of two tiles are 16 MB. */
const TILE = 2048
/** Multiplications of all pairs from which TensorFlow is faster, its start included. */
const HEAVY = 2 ** 30
/** Rows that the axis is taken from. */
const SAMPLE = 512
const KEPT = 1000
const MOST = 1_000_000
/** Of a cosine in float32. */
const ROUNDING = 1e-5

/**
 * Rows of length 1 with a cosine of at least `threshold`. Two such rows are at most sqrt(2 - 2 threshold) apart, and so
 * is what they are along any axis: rows are sorted along a principal axis, and cut into tiles; tiles that lie further
 * apart are not compared. Others are, every row with every row, in float32 where that is much; what comes near the
 * threshold is multiplied again in float64. No pair is missed.
 *
 * @param rows row-major, each of length 1 (or of zeros: never alike)
 * @param counts whether two rows count if they are alike
 * @throws Problem `no-engine` if there are many rows and TensorFlow is not installed
 */
export async function nearDuplicates(
  rows: Float32Array,
  dimensions: number,
  threshold: number,
  counts: (a: number, b: number) => boolean = () => true,
): Promise<NearDuplicates> {
  const count = rows.length / dimensions
  const { order, along } = sorted(rows, dimensions)
  const reach = Math.sqrt(2 - 2 * threshold + 1e-6)
  const heavy = (count * count * dimensions) / 2 > HEAVY
  const products = heavy ? await tensorProducts(rows, dimensions, order) : plainProducts(rows, dimensions, order)
  const found: Twin[] = []
  const compare = (first: number, second: number) => {
    const values = products.between(first, second, threshold - ROUNDING)
    const [from, to] = [second * TILE, Math.min((second + 1) * TILE, count)]
    for (let at = 0; at < values.length && found.length <= MOST; at++) {
      if (!(values[at]! >= threshold - ROUNDING)) continue
      const one = first * TILE + Math.floor(at / (to - from))
      const other = from + (at % (to - from))
      if (other <= one) continue
      const [a, b] = [order[one]!, order[other]!]
      const cosine = exactly(rows, dimensions, a, b)
      if (cosine >= threshold && counts(a, b)) found.push({ a: Math.min(a, b), b: Math.max(a, b), cosine })
    }
  }
  try {
    for (let first = 0; first * TILE < count; first++) {
      const end = along[Math.min((first + 1) * TILE, count) - 1]! + reach
      for (let second = first; second * TILE < count && along[second * TILE]! <= end; second++)
        if (found.length <= MOST) compare(first, second)
    }
  } finally {
    products.dispose()
  }
  found.sort((one, other) => other.cosine - one.cosine || one.a - other.a || one.b - other.b)
  return { pairs: found.slice(0, KEPT), count: found.length, cut: found.length > MOST }
}

function exactly(rows: Float32Array, dimensions: number, a: number, b: number): number {
  let cosine = 0
  for (let k = 0; k < dimensions; k++) cosine += rows[a * dimensions + k]! * rows[b * dimensions + k]!
  return cosine
}

interface TileProducts {
  /** Of all rows of a tile with all of another, row-major; nothing if none reaches `least`. */
  between(first: number, second: number, least: number): Float32Array | Float64Array
  dispose(): void
}

async function tensorProducts(values: Float32Array, columns: number, order: Uint32Array): Promise<TileProducts> {
  const engine = await startedEngine()
  const { tf } = engine
  const { tiles, dispose } = rowTiles(engine, { rows: order.length, columns, values }, { size: TILE, order })
  return {
    dispose,
    between: (first, second, least) => {
      const products = tf.matMul(tiles[first]!, tiles[second]!, false, true)
      const largest = tf.max(products)
      try {
        return largest.dataSync()[0]! >= least ? products.dataSync<'float32'>() : new Float32Array(0)
      } finally {
        tf.dispose([products, largest])
      }
    },
  }
}

function plainProducts(rows: Float32Array, columns: number, order: Uint32Array): TileProducts {
  const all = { rows: order.length, columns, values: rows }
  const tile = (number: number) => rowsOf(all, order.subarray(number * TILE, (number + 1) * TILE))
  return { dispose: () => {}, between: (first, second) => timesTransposed(tile(first), tile(second)).values }
}

/** The rows in their order along a principal axis, and in this order what they are along it. */
function sorted(rows: Float32Array, dimensions: number): { order: Uint32Array; along: Float64Array } {
  const count = rows.length / dimensions
  const every = Math.max(1, Math.floor(count / SAMPLE))
  const sample = new Float64Array(Math.ceil(count / every) * dimensions)
  for (let row = 0, at = 0; row < count; row += every, at += dimensions)
    sample.set(rows.subarray(row * dimensions, (row + 1) * dimensions), at)
  const sampled = centred({ rows: sample.length / dimensions, columns: dimensions, values: sample })
  const axis = principalAxes(sampled, 1).values
  const places = new Float64Array(count)
  for (let row = 0; row < count; row++)
    for (let k = 0; k < dimensions; k++) places[row]! += rows[row * dimensions + k]! * axis[k]!
  const order = Uint32Array.from({ length: count }, (_, row) => row).sort((a, b) => places[a]! - places[b]!)
  return { order, along: Float64Array.from(order, row => places[row]!) }
}
