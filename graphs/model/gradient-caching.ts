/**
 * Losses of large batches in the memory of small ones: gradient caching (Gao et al., RepL4NLP 2021, 3.2). Encoders see
 * the batch in chunks, losses see it whole:
 *
 * 1. Chunk by chunk and off the tape, the encoders' outputs; they alone are kept.
 * 2. Heads and losses on all of them; the gradients of heads' weights, and towards each output.
 * 3. Chunk by chunk once more, on the tape: from the outputs' gradients back to the encoders' weights, added up.
 *
 * The same numbers as on the tape at once, but for the order of sums. Batch normalisation inside an encoder is the
 * exception by its nature: its statistics are those of a chunk, as in training with batches of that size; in heads they
 * are those of the batch. Running statistics move once a chunk.
 */
import type { Engine, Tensor, Weight } from '../../engine/engine.js'
import { type LossAndGradients, lossAndGradients } from '../../engine/gradients.js'
import type { Model } from './model.js'
import { isPair, sidesOf, type Value, type Values } from './node-pass.js'
import { statisticsUntouched } from './running-statistics.js'

export interface Objective {
  /** With respect to these; zeros where the objective does not depend on one. */
  weights: readonly Weight[]
  /** Ids of the nodes that `of` reads; everything if absent. */
  reads?: readonly string[]
  /** A scalar from the values of the nodes. */
  of: (values: Values) => Tensor
  /** Clips that encoders work on at once; the whole batch if absent. */
  chunk?: number | undefined
}

/** The value and the gradients of an objective on a batch; the running statistics move as in one forward pass. */
export function gradientsOf(engine: Engine, model: Model, batches: Values, objective: Objective): LossAndGradients {
  const { weights, reads, of, chunk } = objective
  const ends = model.encoderOutputs(reads)
  if (chunk === undefined || chunk >= countOf(batches) || ends.length === 0)
    return lossAndGradients(engine, weights, () => of(model.forward(batches, reads)))
  const outputs = inChunks(engine, model, batches, ends, chunk)
  const tensors = ends.flatMap(id => sidesOf(outputs[id]!))
  const { loss, gradients } = lossAndGradients(
    engine,
    weights,
    () => of(model.forward({ ...batches, ...outputs }, reads)),
    tensors,
  )
  const [ofHeads, towards] = [gradients.slice(0, weights.length), gradients.slice(weights.length)]
  engine.tf.dispose(tensors)
  const summed = backInChunks(engine, model, batches, { ends, chunk, weights, towards, onto: ofHeads })
  engine.tf.dispose(towards)
  return { loss, gradients: summed }
}

/** One forward pass in training mode, off the tape: moves the running statistics, and nothing else. */
export function forwardAlone(engine: Engine, model: Model, batches: Values, chunk?: number): void {
  const ends = model.encoderOutputs()
  const outputs = chunk === undefined ? {} : inChunks(engine, model, batches, ends, chunk)
  engine.tf.tidy(() => void model.forward({ ...batches, ...outputs }))
  engine.tf.dispose(Object.values(outputs).flatMap(sidesOf))
}

/** The values of encoders' outputs for the whole batch; the caller disposes them. */
function inChunks(engine: Engine, model: Model, batches: Values, ends: readonly string[], chunk: number): Values {
  const { tf } = engine
  let pairs: boolean[] = []
  const parts = chunksOf(batches, chunk).map(([from, count]) =>
    tf.tidy(() => {
      const values = model.forward(rows(batches, from, count), ends)
      pairs = ends.map(id => isPair(values[id]!))
      return ends.flatMap(id => sidesOf(values[id]!))
    }),
  )
  const whole = parts[0]!.map((_, at) => tf.concat(parts.map(part => part[at]!)))
  tf.dispose(parts)
  return Object.fromEntries(
    ends.map((id, at) => [id, pairs[at] ? { a: whole.shift()!, b: whole.shift()! } : whole.shift()!]),
  )
}

interface Way {
  ends: readonly string[]
  chunk: number
  weights: readonly Weight[]
  /** Gradients of the objective towards each tensor of the outputs. */
  towards: readonly Tensor[]
  /** Gradients that are there already; taken over. */
  onto: Tensor[]
}

function backInChunks(engine: Engine, model: Model, batches: Values, way: Way): Tensor[] {
  const { tf } = engine
  const { ends, chunk, weights, towards } = way
  if (model.encoding.length === 0) return way.onto
  return statisticsUntouched(model, () => {
    let sums = way.onto
    for (const [from, count] of chunksOf(batches, chunk)) {
      const { loss, gradients } = lossAndGradients(engine, weights, () => {
        const values = model.forward(rows(batches, from, count), ends)
        const outputs = ends.flatMap(id => sidesOf(values[id]!))
        return tf.addN(outputs.map((output, at) => tf.sum(tf.mul(output, towards[at]!.slice(from, count)))))
      })
      const added = sums.map((sum, at) => tf.add(sum, gradients[at]!))
      tf.dispose([loss, ...sums, ...gradients])
      sums = added
    }
    return sums
  })
}

function countOf(batches: Values): number {
  return sidesOf(Object.values(batches)[0]!)[0]!.shape[0]!
}

/** First row and number of rows of each chunk. */
function chunksOf(batches: Values, chunk: number): [from: number, count: number][] {
  const all = countOf(batches)
  return Array.from({ length: Math.ceil(all / chunk) }, (_, at) => [at * chunk, Math.min(chunk, all - at * chunk)])
}

function rows(batches: Values, from: number, count: number): Values {
  const cut = (value: Value): Value =>
    isPair(value) ? { a: value.a.slice(from, count), b: value.b.slice(from, count) } : value.slice(from, count)
  return Object.fromEntries(Object.entries(batches).map(([id, value]) => [id, cut(value)]))
}
