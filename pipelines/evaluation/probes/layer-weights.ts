/** The weighted-layers probe: how much of each layer of an encoder the classes need is learned with them. */
import type { Engine, Scope, Tensor } from '../../../engine/engine.js'
import { xavier } from '../../../engine/layers/initial.js'
import { createWeights } from '../../../engine/weights.js'
import { streamOf } from '../../../graphs/streams/draws.js'
import type { Matrix } from '../../statistics/products.js'
import { startedEngine } from '../../statistics/row-tiles.js'
import type { Truth } from '../../statistics/truth.js'
import { type Lessons, matrixOf, tensorOf, trainInSteps } from './network.js'

const BATCH = 128
const LEARNING_RATE = 1e-2

/** Scores of clips, and the share that each layer has in them. */
export interface WeighedScores extends Matrix {
  layers: number[]
}

interface Size {
  layers: number
  /** Of each layer. */
  width: number
  classes: number
}

/**
 * A weighted sum of layers and a linear layer (Yang et al., SUPERB, Interspeech 2021, 3): the sum of softmax(w)_l x_l,
 * all shares equal at the start.
 *
 * @returns `logits` from [clips, layers x width] to [clips, classes]; `shares`, [layers]
 */
export function layerNetwork({ tf }: Engine, scope: Scope, { layers, width, classes }: Size) {
  const weigh = scope.weight('layers', [layers], size => new Float32Array(size))
  const weight = scope.weight('output.weight', [width, classes], xavier(width, classes, 'uniform'))
  const bias = scope.weight('output.bias', [classes], size => new Float32Array(size))
  const shares = (): Tensor => tf.softmax(weigh.read())
  return {
    shares,
    logits: (clips: Tensor): Tensor => {
      const each = tf.reshape(clips, [clips.shape[0]!, layers, width])
      const sum = tf.sum(tf.mul(each, tf.reshape(shares(), [1, layers, 1])), 1)
      return tf.add(tf.matMul(sum, weight.read()), bias.read())
    },
  }
}

/**
 * Trains the weighted-layers probe with Adam in batches of 128 clips, and scores `test` after each number of steps. The
 * same figures twice on the same machine.
 *
 * @param train n clips x (layers x width), the layers side by side, standardised; @param steps numbers of steps, rising
 * @returns for each the logits, test clips x classes, with the shares of the layers
 * @throws Problem `no-engine` if TensorFlow is not installed
 */
export async function weightedLayers(
  { train, test, layers }: { train: Matrix; test: Matrix; layers: number },
  truth: Truth,
  steps: readonly number[],
): Promise<WeighedScores[]> {
  const engine = await startedEngine()
  const { tf } = engine
  const weights = createWeights(engine, name => streamOf(`probe weighted layers ${name}`))
  const size = { layers, width: train.columns / layers, classes: truth.classes }
  const { logits, shares } = layerNetwork(engine, weights.scope, size)
  const [known, asked] = [tensorOf(engine, train), tensorOf(engine, test)]
  const lessons: Lessons = {
    truth,
    weights: weights.all,
    logits: clips => logits(tf.gather(known, tf.tensor1d(clips, 'int32'))),
    learningRate: LEARNING_RATE,
    batch: BATCH,
    key: 'probe weighted layers batches',
  }
  try {
    return await trainInSteps(engine, lessons, steps, () => ({
      ...matrixOf(tf.tidy(() => logits(asked))),
      layers: [...matrixOf(tf.tidy(() => tf.reshape(shares(), [1, layers]))).values],
    }))
  } finally {
    weights.dispose()
    tf.dispose([known, asked])
  }
}
