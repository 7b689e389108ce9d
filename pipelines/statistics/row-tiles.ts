/** Many rows in TensorFlow, in tiles: for the heavy products of probes, searches and inspections, in float32. */
import type { Engine, Tensor } from '../../engine/engine.js'
import type { Rows } from './products.js'

/** Rows of a tile, if not said. */
export const TILE = 8192

export interface RowTiles {
  /** Consecutive rows x columns; the last one is what is left. */
  tiles: readonly Tensor[]
  dispose(): void
}

let engine: Promise<Engine> | undefined

/** Loaded once a process. @throws Problem `no-engine` if TensorFlow is not installed */
export async function startedEngine(): Promise<Engine> {
  const { startEngine } = await import('../../engine/tensorflow.js')
  engine ??= startEngine({})
  return engine
}

interface Wanted {
  /** Rows of a tile. */
  size?: number
  /** Numbers of the rows to take, in that order; all of them if absent. */
  order?: ArrayLike<number>
  /** Rows at length 1, a row of zeros as it is. */
  unit?: boolean
}

/** Copies rows to TensorFlow, tile by tile: what lies between is garbage before the next. */
export function rowTiles({ tf }: Engine, rows: Rows, { size = TILE, order, unit = false }: Wanted = {}): RowTiles {
  const { columns, values } = rows
  const count = order?.length ?? rows.rows
  const tiles = Array.from({ length: Math.ceil(count / size) }, (_, tile) => {
    const [from, to] = [tile * size, Math.min((tile + 1) * size, count)]
    const own = new Float32Array((to - from) * columns)
    if (order)
      for (let at = from; at < to; at++)
        own.set(values.subarray(order[at]! * columns, (order[at]! + 1) * columns), (at - from) * columns)
    else own.set(values.subarray(from * columns, to * columns))
    return tf.tidy(() => {
      const all = tf.tensor2d(own, [to - from, columns])
      const lengths = unit ? tf.sqrt(tf.sum(tf.square(all), 1, true)) : tf.scalar(1)
      return tf.divNoNan(all, lengths) // by 1 as well: what is computed with is copied now, not when it is first used
    })
  })
  return { tiles, dispose: () => tf.dispose([...tiles]) }
}
