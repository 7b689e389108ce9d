/** The points of a linear model as its descent meets them: three products, in float64 or by TensorFlow. */
import type { Engine } from '../../../engine/engine.js'
import { type Matrix, rowsOf, timesTransposed, transposed } from '../../statistics/products.js'
import { rowTiles, startedEngine } from '../../statistics/row-tiles.js'

export interface DesignMatrix {
  rows: number
  columns: number
  /** X Wᵀ, row-major rows x classes. @param weights classes x columns */
  logits(weights: Matrix): Float64Array
  /** Rᵀ X, row-major classes x columns. @param residuals rows x classes */
  gathered(residuals: Float64Array, classes: number): Float64Array
  /** Xᵀ diag(w) X over some rows. @param weight of each of them, not negative */
  gram(rows: Int32Array, weight: Float64Array): Matrix
  dispose(): void
}

/** Multiplications of one product from which TensorFlow is faster, its start included: a probe makes thousands. */
const HEAVY = 2 ** 20

/** @throws Problem `no-engine` if the products are heavy and TensorFlow is not installed */
export async function designMatrix(points: Matrix, classes: number): Promise<DesignMatrix> {
  const light = points.rows * points.columns * classes < HEAVY
  return light ? plainDesign(points) : tensorDesign(await startedEngine(), points)
}

/** In float64. */
export function plainDesign(points: Matrix): DesignMatrix {
  const { rows, columns } = points
  let across: Matrix | undefined
  const turned = () => {
    across ??= transposed(points)
    return across
  }
  return {
    ...{ rows, columns },
    logits: weights => timesTransposed(points, weights).values,
    gathered: (residuals, classes) => {
      const own = transposed({ rows, columns: classes, values: residuals })
      return timesTransposed(own, turned()).values
    },
    gram: (chosen, weight) => {
      const some = chosen.length === rows ? turned() : transposed(rowsOf(points, chosen))
      const weighted = some.values.map((value, k) => value * weight[k % chosen.length]!)
      return timesTransposed({ ...some, values: weighted }, some)
    },
    dispose: () => {},
  }
}

/**
 * In float32, whose rounding moves an entry of the mean gradient by about 1e-7: far below the tolerance at which a probe
 * takes a fit for done. What is summed over tiles is summed in float64.
 */
export function tensorDesign(engine: Engine, points: Matrix): DesignMatrix {
  const { tf } = engine
  const { rows, columns, values } = points
  const { tiles, dispose } = rowTiles(engine, points)
  return {
    ...{ rows, columns, dispose },
    logits: weights => {
      const out = new Float64Array(rows * weights.rows)
      tf.tidy(() => {
        const own = tf.tensor2d(new Float32Array(weights.values), [weights.rows, columns])
        let filled = 0
        for (const tile of tiles) {
          const part = tf.matMul(tile, own, false, true).dataSync()
          out.set(part, filled)
          filled += part.length
        }
      })
      return out
    },
    gathered: (residuals, classes) => {
      const out = new Float64Array(classes * columns)
      tf.tidy(() => {
        let first = 0
        for (const tile of tiles) {
          const size = tile.shape[0]!
          const own = new Float32Array(residuals.subarray(first * classes, (first + size) * classes))
          const part = tf.matMul(tf.tensor2d(own, [size, classes]), tile, true, false).dataSync()
          for (let k = 0; k < out.length; k++) out[k]! += part[k]!
          first += size
        }
      })
      return out
    },
    gram: (chosen, weight) => {
      const scaled = new Float32Array(chosen.length * columns)
      for (let at = 0; at < chosen.length; at++) {
        const [root, from] = [Math.sqrt(weight[at]!), chosen[at]! * columns]
        for (let k = 0; k < columns; k++) scaled[at * columns + k] = root * values[from + k]!
      }
      const product = tf.tidy(() => {
        const own = tf.tensor2d(scaled, [chosen.length, columns])
        return tf.matMul(own, own, true, false)
      })
      const gram = { rows: columns, columns, values: new Float64Array(product.dataSync()) }
      product.dispose()
      return gram
    },
  }
}
