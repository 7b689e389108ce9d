/** HEAR's protocol for embeddings of whole clips: points of a grid, each stopped early and compared on validation clips. */
import { setImmediate } from 'node:timers/promises'
import type { Engine, Tensor } from '../../../engine/engine.js'
import { createWeights } from '../../../engine/weights.js'
import { streamOf } from '../../../graphs/streams/draws.js'
import type { Matrix } from '../../statistics/products.js'
import { startedEngine } from '../../statistics/row-tiles.js'
import type { Truth } from '../../statistics/truth.js'
import { type HearPoint, pointName } from './hear-grid.js'
import { HEAR, hearNetwork, keyedDropout } from './hear-network.js'
import { adam, entropy, epochs, matrixOf, targetsOf, tensorOf } from './network.js'

const BATCH = 1024
const MOST_EPOCHS = 500
/** Epochs from one look at the validation clips to the next. */
const CHECKED_EVERY = 3
/** Looks without a better score, after which training ends. */
const PATIENCE = 20

export interface HearParts {
  train: Matrix
  /** Of the clips of `train`. */
  truth: Truth
  validation: Matrix
  test: Matrix
  /** How good scores of the validation clips are: higher is better. */
  score(scores: Matrix): number
}

export interface HearFit {
  /** Logits, test clips x classes. */
  scores: Matrix
  chosen: string
}

/**
 * Trains a network for each point (Turian et al., HEAR 2021, and hear-eval-kit): Adam, batches of 1024, 500 epochs at
 * most, a look at the validation clips every third epoch, an end after 20 looks without a better score. The point and
 * the epoch with the best validation score, the first of equals, answer for the test clips; nobody looks at their labels.
 *
 * @param tick called after each point
 * @throws Problem `no-engine` if TensorFlow is not installed
 */
export async function hear(
  parts: HearParts,
  { points, seed, tick }: { points: readonly HearPoint[]; seed: number; tick: () => void },
): Promise<HearFit> {
  const engine = await startedEngine()
  const { truth } = parts
  const held = {
    train: tensorOf(engine, parts.train),
    targets: targetsOf(engine, truth),
    validation: tensorOf(engine, parts.validation),
    test: tensorOf(engine, parts.test),
  }
  try {
    let best: (Reached & { point: HearPoint }) | undefined
    for (const point of points) {
      const reached = await trainPoint(engine, held, { point, seed, truth, score: parts.score })
      if (!best || reached.score > best.score) best = { ...reached, point }
      tick()
    }
    return { scores: best!.scores, chosen: pointName(best!.point) }
  } finally {
    engine.tf.dispose(Object.values(held))
  }
}

interface Held {
  train: Tensor
  targets: Tensor
  validation: Tensor
  test: Tensor
}

interface Sitting {
  point: HearPoint
  seed: number
  truth: Truth
  score(scores: Matrix): number
}

interface Reached {
  score: number
  scores: Matrix
}

async function trainPoint(engine: Engine, held: Held, { point, seed, truth, score }: Sitting): Promise<Reached> {
  const { tf } = engine
  const key = `probe hear ${seed} ${pointName(point)}`
  const weights = createWeights(engine, name => streamOf(`${key} ${name}`))
  const size = { inputs: held.train.shape[1]!, hidden: HEAR.hidden, classes: truth.classes, ...point }
  const network = hearNetwork(engine, weights.scope, size, point.start)
  const trainer = await adam(engine, weights.trainable, point.learningRate)
  const drops = keyedDropout(engine, seed)
  const answer = (clips: Tensor) => matrixOf(tf.tidy(() => network(clips)))
  let [step, best, waited]: [number, Reached | undefined, number] = [0, undefined, 0]
  try {
    const order = epochs(truth.sets.length, BATCH, key)
    for (let epoch = 1; epoch <= MOST_EPOCHS && waited < PATIENCE; epoch++) {
      for (const clips of order.next().value!) {
        if (clips.length < 2) continue // one clip has no spread to norm by
        const drop = drops(step++)
        trainer.step(() => {
          const rows = tf.tensor1d(clips, 'int32')
          const logits = network(tf.gather(held.train, rows), drop)
          return entropy(engine, logits, tf.gather(held.targets, rows), truth.exclusive)
        })
      }
      if (epoch % CHECKED_EVERY > 0) continue
      const reached = score(answer(held.validation))
      waited = !best || reached > best.score ? 0 : waited + 1
      if (waited === 0) best = { score: reached, scores: answer(held.test) }
      await setImmediate() // lets an interruption and a progress bar through
    }
    return best!
  } finally {
    trainer.dispose()
    weights.dispose()
  }
}
