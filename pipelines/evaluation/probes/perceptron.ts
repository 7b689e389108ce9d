/** A multilayer perceptron: one hidden layer of rectified units on frozen embeddings, trained with Adam. */
import type { Engine, Tensor } from '../../../engine/engine.js'
import type { Variable } from '../../../engine/variable.js'
import { streamOf } from '../../../graphs/streams/draws.js'
import type { Matrix } from '../../statistics/products.js'
import { startedEngine } from '../../statistics/row-tiles.js'
import type { Truth } from '../../statistics/truth.js'
import { targetsOf, tensorOf } from './network.js'

export const HIDDEN = 512
const BATCH = 128
const LEARNING_RATE = 1e-3

/** Names of its weights: dense layers, inputs x outputs. */
const SHAPES = ['hidden.weights', 'hidden.bias', 'output.weights', 'output.bias'] as const
type Weights<T> = Record<(typeof SHAPES)[number], T>

export interface Start {
  /** Row-major start values. */
  weights: Weights<Float32Array>
  hidden: number
  /** Rows of the training part in each batch, without end. */
  batches: Iterator<Int32Array>
}

/**
 * Trains on `train` and scores `test` after each number of steps: 512 hidden units, batches of 128, a learning rate of
 * 0.001, Glorot's uniform start. How many steps are best is chosen on inner folds, in place of an early stop. Classes
 * that exclude each other share a soft-max, others have a sigmoid each. The same figures twice on the same machine.
 *
 * @param train n x D, standardised; @param steps numbers of steps, rising
 * @returns for each the logits, test rows x classes
 * @throws Problem `no-engine` if TensorFlow is not installed
 */
export async function perceptron(
  train: Matrix,
  truth: Truth,
  test: Matrix,
  steps: readonly number[],
): Promise<Matrix[]> {
  return trainPerceptron(await startedEngine(), { train, truth, test, steps }, drawnStart(train, truth))
}

/** Glorot's uniform weights, biases of 0 (as scikit-learn and HEAR start), and batches of shuffled rows. */
function drawnStart({ rows, columns }: Matrix, { classes }: Truth): Start {
  const rng = streamOf('probe perceptron')
  const uniform = (inputs: number, outputs: number) => {
    const bound = Math.sqrt(6 / (inputs + outputs))
    return Float32Array.from({ length: inputs * outputs }, () => rng.uniform(-bound, bound))
  }
  const weights = {
    'hidden.weights': uniform(columns, HIDDEN),
    'hidden.bias': new Float32Array(HIDDEN),
    'output.weights': uniform(HIDDEN, classes),
    'output.bias': new Float32Array(classes),
  }
  return { weights, hidden: HIDDEN, batches: shuffledBatches(rows) }
}

/** Epoch after epoch; the rest of an epoch that fills no batch is left to the next. */
function* shuffledBatches(rows: number): Generator<Int32Array> {
  const rng = streamOf('probe perceptron batches')
  const order = Int32Array.from({ length: rows }, (_, row) => row)
  const size = Math.min(BATCH, rows)
  for (;;) {
    for (let at = rows - 1; at > 0; at--) {
      const other = rng.integer(0, at + 1)
      const row = order[at]!
      order[at] = order[other]!
      order[other] = row
    }
    for (let from = 0; from + size <= rows; from += size) yield order.slice(from, from + size)
  }
}

/** Training itself, from given weights and batches. */
export async function trainPerceptron(
  engine: Engine,
  { train, truth, test, steps }: { train: Matrix; truth: Truth; test: Matrix; steps: readonly number[] },
  { weights: start, hidden, batches }: Start,
): Promise<Matrix[]> {
  const { Variable } = await import('../../../engine/variable.js')
  const { createOptimiser } = await import('../../../engine/optimisers/optimiser.js')
  const { tf } = engine
  const { classes } = truth
  const shapes = [[train.columns, hidden], [hidden], [hidden, classes], [classes]]
  const variables = SHAPES.map((name, at) => {
    const variable = new Variable(engine, name, shapes[at]!, true)
    variable.load(start[name])
    return variable
  })
  const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const
  const optimiser = createOptimiser(engine, variables, adam)
  const [points, asked] = [tensorOf(engine, train), tensorOf(engine, test)]
  const targets = targetsOf(engine, truth)
  try {
    const logits: Matrix[] = []
    for (let step = 0; logits.length < steps.length; step++) {
      while (steps[logits.length] === step) logits.push(scored(engine, asked, variables, classes))
      if (logits.length === steps.length) break
      const rows = batches.next().value as Int32Array
      optimiser.apply(gradients(engine, { points, targets, rows, variables, exclusive: truth.exclusive }), {
        learningRate: LEARNING_RATE,
      })
    }
    return logits
  } finally {
    optimiser.dispose()
    for (const variable of variables) variable.dispose()
    tf.dispose([points, asked, targets])
  }
}

interface Batch {
  points: Tensor
  targets: Tensor
  rows: Int32Array
  variables: readonly Variable[]
  exclusive: boolean
}

/** Of the mean cross-entropy over the batch, and over the classes where each stands alone. */
function gradients({ tf }: Engine, { points, targets, rows, variables, exclusive }: Batch): Tensor[] {
  const [first, firstBias, second, secondBias] = variables.map(variable => variable.read())
  return tf.tidy(() => {
    const chosen = tf.tensor1d(rows.slice(), 'int32')
    const x = tf.gather(points, chosen)
    const active = tf.relu(tf.add(tf.matMul(x, first!), firstBias!))
    const logits = tf.add(tf.matMul(active, second!), secondBias!)
    const share = exclusive ? tf.softmax(logits) : tf.sigmoid(logits)
    const weight = 1 / (rows.length * (exclusive ? 1 : logits.shape[1]!))
    const residual = tf.mul(tf.sub(share, tf.gather(targets, chosen)), weight)
    const behind = tf.mul(tf.matMul(residual, second!, false, true), tf.step(active))
    return [
      tf.matMul(x, behind, true, false),
      tf.sum(behind, 0),
      tf.matMul(active, residual, true, false),
      tf.sum(residual, 0),
    ]
  })
}

function scored({ tf }: Engine, points: Tensor, variables: readonly Variable[], classes: number): Matrix {
  const [first, firstBias, second, secondBias] = variables.map(variable => variable.read())
  const logits = tf.tidy(() => {
    const active = tf.relu(tf.add(tf.matMul(points, first!), firstBias!))
    return tf.add(tf.matMul(active, second!), secondBias!)
  })
  const values = new Float64Array(logits.dataSync())
  logits.dispose()
  return { rows: points.shape[0]!, columns: classes, values }
}
