/** The attentive probe: which frames of a clip count is learned with the classes. */
import type { Engine, Scope, Tensor } from '../../../engine/engine.js'
import { xavier } from '../../../engine/layers/initial.js'
import { createWeights } from '../../../engine/weights.js'
import { streamOf } from '../../../graphs/streams/draws.js'
import type { Matrix } from '../../statistics/products.js'
import { startedEngine } from '../../statistics/row-tiles.js'
import type { Truth } from '../../statistics/truth.js'
import { type Frames, padded } from './frames.js'
import { type Lessons, matrixOf, tensorOf, trainInSteps } from './network.js'

export const QUERIES = 4
const BATCH = 64
const LEARNING_RATE = 1e-2

/** Clips as the network reads them, padded to the longest. */
export interface FrameBatch {
  /** [clips, frames, D] */
  frames: Tensor
  /** [clips, frames]: 1 where there is a frame, 0 where the clip has ended. */
  there: Tensor
}

/**
 * Attention pooling and a linear layer. Each of M learned queries q takes a mean of the frames of a clip with the
 * weights softmax_t(q . x_t / sqrt D); the means side by side go to the classes. (A key projection would only be another
 * query, a value projection another linear layer.) The queries start at 0: as plain averages.
 *
 * @returns to logits, [clips, classes]
 */
export function attentiveNetwork(
  { tf }: Engine,
  scope: Scope,
  { inputs, classes, queries }: { inputs: number; classes: number; queries: number },
): (batch: FrameBatch) => Tensor {
  const query = scope.weight('queries', [inputs, queries], size => new Float32Array(size))
  const weight = scope.weight(
    'output.weight',
    [queries * inputs, classes],
    xavier(queries * inputs, classes, 'uniform'),
  )
  const bias = scope.weight('output.bias', [classes], size => new Float32Array(size))
  return ({ frames, there }) => {
    const [clips, length] = frames.shape as [number, number]
    const products = tf.matMul(tf.reshape(frames, [clips * length, inputs]), query.read())
    const fits = tf.mul(tf.reshape(products, [clips, length, queries]), 1 / Math.sqrt(inputs))
    const absent = tf.mul(tf.sub(1, tf.expandDims(there, 2)), -1e9)
    const shares = tf.softmax(tf.transpose(tf.add(fits, absent), [0, 2, 1]))
    const pooled = tf.reshape(tf.matMul(shares, frames), [clips, queries * inputs])
    return tf.add(tf.matMul(pooled, weight.read()), bias.read())
  }
}

/**
 * Trains the attentive probe with Adam in batches of 64 clips, and scores `test` after each number of steps. The same
 * figures twice on the same machine.
 *
 * @param train frames of n clips, standardised; @param steps numbers of steps, rising
 * @returns for each the logits, test clips x classes
 * @throws Problem `no-engine` if TensorFlow is not installed
 */
export async function attentive(
  train: Frames,
  truth: Truth,
  test: Frames,
  steps: readonly number[],
): Promise<Matrix[]> {
  const engine = await startedEngine()
  const { tf } = engine
  const { classes } = truth
  const weights = createWeights(engine, name => streamOf(`probe attentive ${name}`))
  const network = attentiveNetwork(engine, weights.scope, { inputs: train.matrix.columns, classes, queries: QUERIES })
  const [known, asked] = [tensorOf(engine, train.matrix), tensorOf(engine, test.matrix)]
  const lessons: Lessons = {
    truth,
    weights: weights.all,
    logits: clips => network(batchOf(engine, train, known, clips)),
    learningRate: LEARNING_RATE,
    batch: BATCH,
    key: 'probe attentive batches',
  }
  try {
    return await trainInSteps(engine, lessons, steps, () =>
      inParts(test, classes, clips => tf.tidy(() => network(batchOf(engine, test, asked, clips)))),
    )
  } finally {
    weights.dispose()
    tf.dispose([known, asked])
  }
}

/** @param values all frames, [frames, D]; @param clips numbers of those of the batch */
export function batchOf({ tf }: Engine, frames: Frames, values: Tensor, clips: Int32Array): FrameBatch {
  const { length, at, there } = padded(frames, clips)
  const size = [clips.length, length] as const
  const gathered = tf.gather(values, tf.tensor1d(at, 'int32'))
  return { frames: tf.reshape(gathered, [...size, values.shape[1]!]), there: tf.tensor2d(there, [...size]) }
}

function inParts({ starts }: Frames, classes: number, logits: (clips: Int32Array) => Tensor): Matrix {
  const rows = starts.length - 1
  const values = new Float64Array(rows * classes)
  for (let from = 0; from < rows; from += BATCH) {
    const part = Int32Array.from({ length: Math.min(BATCH, rows - from) }, (_, at) => from + at)
    values.set(matrixOf(logits(part)).values, from * classes)
  }
  return { rows, columns: classes, values }
}
