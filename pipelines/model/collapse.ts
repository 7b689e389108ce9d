/** Whether embeddings still tell clips apart, or have shrunk to a point or to a few directions. */
import type { Engine, Tensor } from '../../engine/engine.js'
import { FLOAT32 } from '../../engine/operations/raw.js'

/** Of L2-normalised embeddings. */
export interface Spread {
  /** Mean over the dimensions of their standard deviation over the batch. */
  deviation: number
  /** What that is of directions spread evenly: 1 / sqrt(d). */
  healthy: number
  /** Effective rank, from 1 (all alike) to the smaller of `ROWS` or the batch and d. */
  rank: number
}

/** Embeddings of a batch that the effective rank is taken of at most. */
export const ROWS = 256

/**
 * How far embeddings [clips, d] are spread. The effective rank is the exponential of the entropy of the singular values
 * as shares of their sum (Roy and Vetterli, EUSIPCO 2007, definition 1), of the normalised embeddings as they are, not
 * centred: for embeddings all alike it is 1.
 */
export function spreadOf(engine: Engine, embeddings: Tensor): Spread {
  const { tf, operations } = engine
  const d = embeddings.shape.at(-1)!
  return tf.tidy(() => {
    const rows = embeddings.reshape([-1, d])
    const normalised = rows.div(rows.norm('euclidean', 1, true).add(1e-12))
    const deviation = normalised.sub(normalised.mean(0)).square().mean(0).sqrt().mean().dataSync()[0]!
    const attributes = operations.raw.attributes({
      types: { T: FLOAT32 },
      booleans: { compute_uv: false, full_matrices: false },
    })
    const first = normalised.slice(0, Math.min(ROWS, normalised.shape[0]!))
    const [singular] = operations.raw.run('Svd', attributes, [first], 3)
    return { deviation, healthy: 1 / Math.sqrt(d), rank: effectiveRank(singular!.dataSync()) }
  })
}

/** exp(-sum p log p) with p the singular values over their sum; 0 of nothing but zeros. */
export function effectiveRank(singularValues: ArrayLike<number>): number {
  const values = Array.from(singularValues)
  const sum = values.reduce((total, value) => total + value, 0)
  if (sum === 0) return 0
  const shares = values.map(value => value / sum).filter(share => share > 0)
  return Math.exp(-shares.reduce((total, share) => total + share * Math.log(share), 0))
}

/** The sentence of a warning about embeddings that have collapsed; nothing while they have not. */
export function collapseOf(node: string, { deviation, healthy, rank }: Spread): string | undefined {
  if (rank >= RANK && deviation >= DEVIATION * healthy) return undefined
  const found = `effective rank ${rank.toFixed(2)}, deviation ${deviation.toPrecision(2)} where ${healthy.toPrecision(2)} is usual`
  return `The embeddings of '${node}' have all but collapsed: ${found}. A lower learning rate, other views or another objective may help.`
}

/** Below these, embeddings count as collapsed. */
const RANK = 1.2
const DEVIATION = 0.05
