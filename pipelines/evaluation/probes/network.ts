/** Small networks on frozen embeddings: what their training shares. */
import type { Engine, Tensor, Weight } from '../../../engine/engine.js'
import { shuffled } from '../../../graphs/streams/draws.js'
import { sigmoidEntropy, softmaxEntropies } from '../../../stages/losses/cross-entropy.js'
import type { Matrix } from '../../statistics/products.js'
import type { Truth } from '../../statistics/truth.js'

/** [rows, columns]; the caller disposes it. */
export const tensorOf = ({ tf }: Engine, { rows, columns, values }: Matrix): Tensor =>
  tf.tensor2d(Float32Array.from(values), [rows, columns])

/** 1 where a clip has a class, else 0: [clips, classes]; the caller disposes it. */
export function targetsOf({ tf }: Engine, { sets, classes }: Truth): Tensor {
  const out = new Float32Array(sets.length * classes)
  sets.forEach((set, row) => {
    for (const c of set) out[row * classes + c] = 1
  })
  return tf.tensor2d(out, [sets.length, classes])
}

/**
 * What a network is trained to lower: the mean cross-entropy over the clips, with a soft-max where classes exclude one
 * another; else over clips and classes, with a sigmoid each.
 *
 * @param logits, targets [clips, classes]; @returns scalar
 */
export function entropy(engine: Engine, logits: Tensor, targets: Tensor, exclusive: boolean): Tensor {
  return exclusive
    ? engine.tf.mean(softmaxEntropies(engine, logits, targets, 0))
    : sigmoidEntropy(engine, logits, targets, 0)
}

/** Takes the logits out of TensorFlow, and disposes them. */
export function matrixOf(logits: Tensor): Matrix {
  const [rows, columns] = logits.shape as [number, number]
  const values = Float64Array.from(logits.dataSync())
  logits.dispose()
  return { rows, columns, values }
}

/** Rows of one epoch after the other, without end: shuffled, in batches of `size` and a last one of what is left. */
export function* epochs(rows: number, size: number, key: string): Generator<Int32Array[]> {
  const numbers = Array.from({ length: rows }, (_, row) => row)
  for (let epoch = 0; ; epoch++) {
    const order = Int32Array.from(shuffled([...numbers], `${key} ${epoch}`))
    yield Array.from({ length: Math.ceil(rows / size) }, (_, at) => order.slice(at * size, (at + 1) * size))
  }
}

export interface Trainer {
  /** Moves the weights once against the gradient of a scalar. */
  step(loss: () => Tensor): void
  dispose(): void
}

/** Adam as torch.optim.Adam has it by default. */
export async function adam(engine: Engine, weights: readonly Weight[], learningRate: number): Promise<Trainer> {
  const { createOptimiser } = await import('../../../engine/optimisers/optimiser.js')
  const { lossAndGradients } = await import('../../../engine/gradients.js')
  const settings = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const
  const optimiser = createOptimiser(engine, weights, settings)
  return {
    step: work => {
      const { loss, gradients } = lossAndGradients(engine, weights, work)
      loss.dispose()
      optimiser.apply(gradients, { learningRate })
    },
    dispose: () => optimiser.dispose(),
  }
}

export interface Lessons {
  truth: Truth
  weights: readonly Weight[]
  /** Of some clips, [clips, classes]. */
  logits(clips: Int32Array): Tensor
  learningRate: number
  /** Clips of a batch. */
  batch: number
  /** What the order of the clips depends on. */
  key: string
}

/** Trains, and takes what `scored` finds after each number of steps. @param steps rising */
export async function trainInSteps<Found>(
  engine: Engine,
  { truth, weights, logits, learningRate, batch, key }: Lessons,
  steps: readonly number[],
  scored: () => Found,
): Promise<Found[]> {
  const { tf } = engine
  const targets = targetsOf(engine, truth)
  const trainer = await adam(engine, weights, learningRate)
  const order = epochs(truth.sets.length, batch, key)
  const found: Found[] = []
  try {
    for (let step = 0, rest: Int32Array[] = []; ; step++) {
      while (steps[found.length] === step) found.push(scored())
      if (found.length === steps.length) return found
      if (rest.length === 0) rest = order.next().value!
      const clips = rest.shift()!
      trainer.step(() =>
        entropy(engine, logits(clips), tf.gather(targets, tf.tensor1d(clips, 'int32')), truth.exclusive),
      )
    }
  } finally {
    trainer.dispose()
    targets.dispose()
  }
}
