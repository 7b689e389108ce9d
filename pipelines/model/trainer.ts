/** One training step, in the order in which a paper tells it. Runs in TensorFlow's thread. */
import { readTensors, writeTensors } from '../../engine/checkpoints/tensors.js'
import type { Engine, Tensor } from '../../engine/engine.js'
import { clipToNorm, globalNorm } from '../../engine/gradients.js'
import { createOptimiser, type Optimiser, type OptimiserOptions } from '../../engine/optimisers/optimiser.js'
import { schedule } from '../../engine/optimisers/schedule.js'
import type { OptimiserSettings } from '../../engine/optimisers/settings.js'
import type { CheckedNode } from '../../graphs/language/checked.js'
import { gradientsOf } from '../../graphs/model/gradient-caching.js'
import type { Model } from '../../graphs/model/model.js'
import { isPair, type Value, type Values } from '../../graphs/model/node-pass.js'
import { type BatchValues, batchSize } from '../../graphs/streams/layout.js'
import { innermost } from '../../stages/ports.js'
import { spreadOf } from './collapse.js'
import { Encoder } from './encoder.js'
import { headGradients } from './head-gradients.js'
import { mixBatch } from './mixup.js'
import { type Neighbourhood, nearestOfOthers } from './neighbours.js'
import { notFinite } from './not-finite.js'
import type { HeadGradients, Health, StepReport, TrainerSetup } from './settings.js'
import { type Renamed, type Taken, takeWeights } from './start-weights.js'

export class Trainer extends Encoder {
  readonly #settings: TrainerSetup
  readonly #optimiser: Optimiser
  readonly #rate: ReturnType<typeof schedule>
  #idleSince = performance.now()

  constructor(engine: Engine, model: Model, setup: TrainerSetup) {
    super(engine, model, setup)
    const { train } = setup
    this.#settings = setup
    this.#optimiser = createOptimiser(engine, model.trainable, optionsOf(train.optimiser))
    this.#rate = schedule(train.schedule, train.steps)
  }

  /**
   * Forward, backward, update; steps count from 1. @throws Problem at the first value that is not finite; the weights are
   * then untouched
   */
  step(batch: BatchValues, { step, logged }: { step: number; logged: boolean }): StepReport {
    const { tf } = this.engine
    const began = performance.now()
    const waited = began - this.#idleSince
    const inputs = this.tensors(this.#mixed(batch, step))
    const { loss, losses, gradients, embeddings } = this.#backward(inputs, logged)
    const numbers = this.#numbers(loss, losses, gradients)
    this.#demandFinite(step, numbers, batch, gradients)
    const health = logged && { ...this.#health(numbers.gradientNorm, embeddings), ...this.#heads(inputs, step) }
    const now = this.#rate(step - 1)
    const { clip } = this.#settings.train.optimiser
    const clipped = clipToNorm(this.engine, gradients, numbers.gradientNorm, clip)
    this.#optimiser.apply(clipped, now)
    tf.dispose([inputs, losses, loss, embeddings])
    return {
      step,
      losses: numbers.losses,
      loss: numbers.loss,
      learningRate: now.learningRate,
      ...(health && { health }),
      seconds: (performance.now() - began) / 1000,
      waited: waited / 1000,
      tensors: tf.memory().numTensors,
    }
  }

  /** What follows is waiting for a batch. */
  rest(): void {
    this.#idleSince = performance.now()
  }

  neighbours(among: Neighbourhood): Int32Array {
    return nearestOfOthers(this.engine, among)
  }

  /** Weights and what the optimiser remembers. @returns sha256 of the file written */
  checkpoint(file: string): string {
    return writeTensors(file, this.model.weights.state(), this.#optimiser.state())
  }

  /** As `checkpoint` wrote them. @throws Problem `bad-checkpoint`, `checkpoint-mismatch` */
  resume(file: string): void {
    const { weights, slots } = readTensors(file)
    this.model.weights.load(weights)
    this.#optimiser.load(slots)
  }

  /** The weights of the nodes that fit. @param checkpoint its name in messages @throws Problem `nothing-taken` */
  take(file: string, checkpoint: string, as: Renamed = {}): Taken {
    return takeWeights(this.model.weights, readTensors(file).weights, checkpoint, as)
  }

  /** As `train.mixup` says. */
  #mixed(batch: BatchValues, step: number): BatchValues {
    const { graph, seed, train } = this.#settings
    const { alpha = 0, 'warm-up': warmUp = 0 } = train.mixup ?? {}
    if (alpha === 0 || step <= warmUp) return batch
    return mixBatch(batch, { count: batchSize(graph), alpha, key: [seed, 'mixup', step].join('\u0000') })
  }

  /** The loss and its gradients; of a logged step embeddings, too. */
  #backward(inputs: Values, logged: boolean) {
    const { tf } = this.engine
    const losses: Record<string, Tensor> = {}
    const embeddings: Record<string, Tensor> = {}
    const found = gradientsOf(this.engine, this.model, inputs, {
      weights: this.model.trainable,
      chunk: this.#settings.train.chunk,
      of: values => {
        for (const { id } of this.model.losses) losses[id] = tf.keep(values[id] as Tensor)
        // what no head and no loss reads is not there when encoders work in chunks
        for (const node of logged ? this.model.embedding : [])
          if (node.id in values && !readsLabels(node))
            embeddings[node.id] = tf.keep(firstLane(values[node.id]!).clone())
        return weightedSum(this.model.losses, values)
      },
    })
    return { ...found, losses, embeddings }
  }

  /** What a step is judged by, as numbers: the device is waited for once. */
  #numbers(loss: Tensor, losses: Record<string, Tensor>, gradients: readonly Tensor[]): Numbers {
    const { tf } = this.engine
    const read = tf.tidy(() => {
      const scalars = [loss, globalNorm(this.engine, gradients), ...Object.values(losses)]
      return tf
        .concat(scalars.map(scalar => scalar.reshape([1])))
        .dataSync<'float32'>()
        .slice()
    })
    const [total, gradientNorm, ...each] = read
    const named = Object.keys(losses).map((id, at) => [id, each[at]!] as const)
    return { loss: total!, gradientNorm: gradientNorm!, losses: Object.fromEntries(named) }
  }

  #demandFinite(
    step: number,
    { losses, gradientNorm }: Numbers,
    batch: BatchValues,
    gradients: readonly Tensor[],
  ): void {
    const bad = Object.entries(losses).find(([, loss]) => !Number.isFinite(loss))
    if (!bad && Number.isFinite(gradientNorm)) return
    const weights = this.model.trainable.filter((_, at) => gradients[at]!.isFinite().all().dataSync()[0] === 0)
    const what = bad ? `the value of ${bad[0]} is ${bad[1]}` : `the gradient is ${gradientNorm}`
    throw notFinite(step, what, {
      batch,
      size: batchSize(this.#settings.graph),
      weights: weights.map(({ name }) => name),
    })
  }

  #health(gradientNorm: number, embeddings: Record<string, Tensor>): Health {
    const spreads = Object.entries(embeddings).map(([id, tensor]) => [id, spreadOf(this.engine, tensor)] as const)
    return { gradientNorm, ...(spreads.length > 0 && { collapse: Object.fromEntries(spreads) }) }
  }

  /** What each loss does to the encoder: now and then, as it costs a pass a loss. */
  #heads(inputs: Values, step: number): HeadGradients | undefined {
    const { chunk, steps, 'gradients-every': often } = this.#settings.train
    if (step !== 1 && step !== steps && step % often !== 0) return undefined
    return headGradients(this.engine, this.model, inputs, chunk)
  }
}

interface Numbers {
  loss: number
  losses: Record<string, number>
  /** L2 norm of all gradients together, before they are clipped. */
  gradientNorm: number
}

function optionsOf({ 'weight-decay': weightDecay, clip: _, ...others }: OptimiserSettings): OptimiserOptions {
  return { ...others, weightDecay } as OptimiserOptions
}

/** What is trained: the losses, each times its weight. */
function weightedSum(losses: readonly CheckedNode[], values: Values): Tensor {
  return losses
    .map(({ id, weight }) => (weight === undefined ? (values[id] as Tensor) : (values[id] as Tensor).mul(weight)))
    .reduce((sum, one) => sum.add(one))
}

/** A classifier: what it gives are logits, which may well be few and alike. */
function readsLabels({ inputs }: CheckedNode): boolean {
  return Object.values(inputs).some(({ port }) => innermost(port).kind === 'label')
}

/** One view of each clip: enough to see a collapse. */
function firstLane(value: Value): Tensor {
  if (isPair(value)) return value.a
  return value.rank === 3 ? value.slice([0, 0, 0], [-1, 1, -1]).squeeze([1]) : value
}
