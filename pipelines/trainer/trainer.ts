/** One training step, in the order in which a paper tells it. Runs in the trainer's thread. */
import { Problem } from '../../data/problem.js'
import type { Engine, Tensor } from '../../engine/engine.js'
import { globalNorm, lossAndGradients } from '../../engine/gradients.js'
import { createOptimiser, type Optimiser, type OptimiserOptions } from '../../engine/optimisers/optimiser.js'
import { schedule } from '../../engine/optimisers/schedule.js'
import type { OptimiserSettings } from '../../engine/optimisers/settings.js'
import type { CheckedNode } from '../../graphs/language/checked.js'
import type { BatchValues } from '../../graphs/streams/layout.js'
import { innermost, type PatchPort, type Port } from '../../stages/ports.js'
import { headGradients } from './head-gradients.js'
import type { Model, Value, Values } from './model.js'
import type { Health, StepReport, TrainerSetup } from './settings.js'
import { readTensors, writeTensors } from './tensors-file.js'

export class Trainer {
  readonly #optimiser: Optimiser | undefined
  readonly #rate: ReturnType<typeof schedule> | undefined
  #idleSince = performance.now()

  constructor(
    private readonly engine: Engine,
    private readonly model: Model,
    private readonly setup: TrainerSetup,
  ) {
    const { train } = setup
    this.#optimiser = train && createOptimiser(engine, model.trainable, optionsOf(train.optimiser))
    this.#rate = train && schedule(train.schedule, train.steps)
  }

  /**
   * Forward, backward, update; steps count from 1. @throws Problem at the first value that is not finite; the weights are
   * then untouched
   */
  step(batch: BatchValues, { step, logged }: { step: number; logged: boolean }): StepReport {
    const began = performance.now()
    const waited = (began - this.#idleSince) / 1000
    const losses: Record<string, Tensor> = {}
    let embeddings: Tensor | undefined
    const inputs = this.#tensors(batch)
    const { loss, gradients } = lossAndGradients(this.engine, this.model.trainable, () => {
      const values = this.model.forward(inputs)
      for (const { id } of this.model.losses) losses[id] = this.engine.tf.keep(values[id] as Tensor)
      const encoder = this.model.encoders[0]
      if (logged && encoder) embeddings = this.engine.tf.keep(firstLane(values[encoder.id]!).clone())
      return weightedSum(this.model.losses, values)
    })
    const report: StepReport = {
      step,
      losses: Object.fromEntries(Object.entries(losses).map(([id, tensor]) => [id, tensor.dataSync()[0]!])),
      loss: loss.dataSync()[0]!,
      learningRate: 0,
      seconds: 0,
      waited,
      tensors: 0,
    }
    if (logged) report.health = this.#health(gradients, embeddings!)
    demandFinite(report)
    if (report.health) Object.assign(report.health, headGradients(this.engine, this.model, inputs))
    const now = this.#rate!(step - 1)
    report.learningRate = now.learningRate
    this.#optimiser!.apply(gradients, now)
    this.engine.tf.dispose([inputs, losses, gradients, loss, ...(embeddings ? [embeddings] : [])] as never)
    report.tensors = this.engine.tf.memory().numTensors
    this.#idleSince = performance.now()
    report.seconds = (this.#idleSince - began) / 1000
    return report
  }

  /** Lets batch normalisation see a batch; no weight learns. */
  calibrate(batch: BatchValues): void {
    this.engine.tf.tidy(() => void this.model.forward(this.#tensors(batch)))
    this.#idleSince = performance.now()
  }

  /** Embeddings of `count` patches, row-major; always the same batch size, because sums depend on it in the last digits. */
  encode(node: string, patches: Float32Array, count: number): Float32Array {
    const encoder = this.model.encoders.find(({ id }) => id === node)
    if (!encoder) {
      const there = this.model.encoders.map(({ id }) => id).join(', ')
      throw new Problem('no-such-layer', `The graph has no encoder '${node}'.`, { hint: `It has: ${there}.` })
    }
    return this.engine.tf.tidy(() => {
      const embeddings = this.model.encode(node, this.#patches(patches, encoder.inputs.from!.port))
      return embeddings.dataSync<'float32'>().slice(0, count * embeddings.shape[1]!)
    })
  }

  /** @returns sha256 of the file written */
  save(file: string): string {
    const hash = writeTensors(file, this.model.weights.state(), this.#optimiser?.state())
    this.#idleSince = performance.now()
    return hash
  }

  load(file: string, { optimiser }: { optimiser: boolean }): void {
    const saved = readTensors(file)
    this.model.weights.load(saved.weights)
    if (optimiser) this.#optimiser!.load(saved.slots)
  }

  #tensors(batch: BatchValues): Values {
    const values = Object.entries(batch).map(([id, lanes]) => {
      const { out } = this.setup.graph.nodes.find(other => other.id === id)!
      const { only, a, b } = lanes
      return [id, only ? this.#patches(only, out) : { a: this.#patches(a!, out), b: this.#patches(b!, out) }]
    })
    return Object.fromEntries(values)
  }

  #patches(data: Float32Array, port: Port): Tensor {
    const { frames, bands } = patchOf(port)
    return this.engine.tf.tensor3d(data, [data.length / (frames * bands), frames, bands])
  }

  #health(gradients: Tensor[], embeddings: Tensor): Health {
    const { gradientNorm, deviation, size } = this.engine.tf.tidy(() => {
      const normalised = embeddings.div(embeddings.norm('euclidean', 1, true).add(1e-12))
      const deviation = normalised.sub(normalised.mean(0)).square().mean(0).sqrt().mean().dataSync()[0]!
      const gradientNorm = globalNorm(this.engine, gradients).dataSync()[0]!
      return { gradientNorm, deviation, size: embeddings.shape[1]! }
    })
    return { gradientNorm, embeddingDeviation: deviation, embeddingDeviationHealthy: 1 / Math.sqrt(size) }
  }
}

function demandFinite({ step, losses, health }: StepReport): void {
  const values = { ...losses, ...(health && { 'the gradient': health.gradientNorm }) }
  const bad = Object.entries(values).find(([, value]) => !Number.isFinite(value))
  if (!bad) return
  throw new Problem('not-finite', `At step ${step} the value of ${bad[0]} is ${bad[1]}: training has stopped.`, {
    hint: 'The last checkpoint is good. A lower learning rate, or gradient clipping, is the usual cure.',
  })
}

function optionsOf({ 'weight-decay': weightDecay, ...others }: OptimiserSettings): OptimiserOptions {
  return { ...others, weightDecay } as OptimiserOptions
}

/** What is trained: the losses, each times its weight. */
function weightedSum(losses: readonly CheckedNode[], values: Values): Tensor {
  return losses
    .map(({ id, weight }) => (weight === undefined ? (values[id] as Tensor) : (values[id] as Tensor).mul(weight)))
    .reduce((sum, one) => sum.add(one))
}

function firstLane(value: Value): Tensor {
  return 'a' in value ? (value as { a: Tensor }).a : (value as Tensor)
}

function patchOf(port: Port): PatchPort {
  const inner = innermost(port)
  if (inner.kind === 'patch') return inner
  throw new Problem('not-a-patch', `The encoder reads ${inner.kind}, but only patches can be given to it.`)
}
