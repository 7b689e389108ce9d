/** The rows most alike to each of some others, by TensorFlow: every two are compared, few products leave it. */
import type { Engine, Tensor } from '../../../engine/engine.js'
import type { Rows } from '../../statistics/products.js'
import { rowTiles, TILE } from '../../statistics/row-tiles.js'

export interface NearestRows {
  /** Row-major asked rows x count, in falling order of similarity. */
  indices: Int32Array
  /** Cosines. */
  similarities: Float32Array
}

/** Asked rows at a time: their products with a tile (16 MB) are used while they are in the cache. */
const ASKED = 512
/** Neighbouring products of which only the largest is looked at first. */
const GROUP = 32

/**
 * The `count` rows of `known` with the largest cosine to each row of `asked`, exact up to float32's rounding; of equals
 * the first.
 *
 * @param count at most as many as there are known rows
 */
export function nearestRows(engine: Engine, known: Rows, asked: Rows, count: number): NearestRows {
  const tiles = rowTiles(engine, known, { unit: true })
  const questions = rowTiles(engine, asked, { size: ASKED, unit: true })
  const indices = new Int32Array(asked.rows * count)
  const similarities = new Float32Array(asked.rows * count).fill(Number.NEGATIVE_INFINITY)
  try {
    questions.tiles.forEach((question, block) => {
      const own = [block * ASKED * count, (block * ASKED + question.shape[0]!) * count] as const
      const best = { indices: indices.subarray(...own), similarities: similarities.subarray(...own) }
      tiles.tiles.forEach((tile, at) => {
        offer(engine, { question, tile, first: at * TILE }, best, count)
      })
    })
  } finally {
    tiles.dispose()
    questions.dispose()
  }
  return { indices, similarities }
}

interface Offer {
  question: Tensor
  tile: Tensor
  /** Number of the tile's first row. */
  first: number
}

/** Puts the rows of a tile in their place among the best of each question. */
function offer({ tf }: Engine, { question, tile, first }: Offer, best: NearestRows, count: number): void {
  const [rows, width] = [question.shape[0]!, tile.shape[0]!]
  const groups = Math.ceil(width / GROUP)
  const lacking = groups * GROUP - width
  const products = tf.tidy(() => {
    const all = tf.matMul(question, tile, false, true)
    // what fills the last group is less than any cosine
    const filled = lacking === 0 ? all : tf.concat([all, tf.fill([rows, lacking], -2)], 1)
    return tf.reshape(filled, [rows * groups, GROUP])
  })
  const highest = tf.max(products, 1)
  const chosen = promising(highest.dataSync<'float32'>(), groups, best, count)
  const own = chosen.length > 0 ? tf.tidy(() => tf.gather(products, tf.tensor1d(chosen, 'int32'))) : undefined
  const values = own?.dataSync<'float32'>() ?? new Float32Array(0)
  chosen.forEach((group, at) => {
    const [row, column] = [Math.floor(group / groups), (group % groups) * GROUP]
    for (let k = 0; k < GROUP; k++) insert(best, row * count, count, first + column + k, values[at * GROUP + k]!)
  })
  tf.dispose(own ? [products, highest, own] : [products, highest])
}

/** Numbers of the groups (rows x groups) that hold what may be among the best: all others lie below `count` others. */
function promising(highest: Float32Array, groups: number, { similarities }: NearestRows, count: number): Int32Array {
  const chosen: number[] = []
  for (let start = 0, row = 0; start < highest.length; start += groups, row++) {
    const last = similarities[(row + 1) * count - 1]!
    const least = last > Number.NEGATIVE_INFINITY ? last : nthLargest(highest.subarray(start, start + groups), count)
    for (let at = start; at < start + groups; at++) if (highest[at]! > last && highest[at]! >= least) chosen.push(at)
  }
  return Int32Array.from(chosen)
}

/** -Infinity of fewer. */
const nthLargest = (values: Float32Array, n: number) => values.slice().sort().at(-n) ?? Number.NEGATIVE_INFINITY

/** Keeps the falling order; of equals those that came first stay in front. */
function insert({ indices, similarities }: NearestRows, start: number, count: number, index: number, value: number) {
  let place = start + count - 1
  if (!(value > similarities[place]!)) return
  for (; place > start && similarities[place - 1]! < value; place--) {
    similarities[place] = similarities[place - 1]!
    indices[place] = indices[place - 1]!
  }
  similarities[place] = value
  indices[place] = index
}
