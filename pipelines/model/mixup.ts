/**
 * mixup (Zhang et al., ICLR 2018): each item of a batch is mixed with another one of the batch, labels with the same
 * share as sounds. What is mixed is what the batches hold: of patches, log-mel numbers, as edufonseca/waspaa19 does.
 */
import { inRandomOrder } from '../../data/random-order.js'
import { streamOf } from '../../graphs/streams/draws.js'
import type { BatchValues } from '../../graphs/streams/layout.js'
import { betaDraw } from '../../stages/beta-draw.js'

export interface Mixing {
  /** Items of the batch. */
  count: number
  /** Shares are drawn from Beta(alpha, alpha), one an item. */
  alpha: number
  /** What the draws depend on: the same key mixes in the same way. */
  key: string
}

/** lambda x_i + (1 - lambda) x_j in every batch and lane, with one j (each once) and one lambda for item i. */
export function mixBatch(values: BatchValues, { count, alpha, key }: Mixing): BatchValues {
  const rng = streamOf(key)
  const partners = inRandomOrder([...Array(count).keys()], below => rng.integer(0, below))
  const shares = Float64Array.from({ length: count }, () => betaDraw(alpha, rng))
  const mixed = (from: Float32Array) => {
    const size = from.length / count
    return from.map((value, at) => {
      const item = Math.floor(at / size)
      const share = shares[item]!
      return share * value + (1 - share) * from[partners[item]! * size + (at % size)]!
    })
  }
  const lanes = (of: BatchValues[string]) =>
    Object.fromEntries(Object.entries(of).map(([lane, own]) => [lane, mixed(own)]))
  return Object.fromEntries(Object.entries(values).map(([id, of]) => [id, lanes(of)]))
}
