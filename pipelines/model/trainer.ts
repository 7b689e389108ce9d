/** One training step, in the order in which a paper tells it. Runs in the trainer's thread. */
import { Problem } from '../../data/problem.js'
import type { Engine, Tensor } from '../../engine/engine.js'
import { globalNorm } from '../../engine/gradients.js'
import { createOptimiser, type Optimiser, type OptimiserOptions } from '../../engine/optimisers/optimiser.js'
import { schedule } from '../../engine/optimisers/schedule.js'
import type { OptimiserSettings } from '../../engine/optimisers/settings.js'
import type { CheckedNode } from '../../graphs/language/checked.js'
import { itemShape, type LaneName, sizeOf } from '../../graphs/language/item-shape.js'
import { type BatchValues, batchSize } from '../../graphs/streams/layout.js'
import { describePort, innermost, type Port } from '../../stages/ports.js'
import { spreadOf } from './collapse.js'
import { forwardAlone, gradientsOf } from './gradient-caching.js'
import { headGradients } from './head-gradients.js'
import { mixBatch } from './mixup.js'
import { isPair, type Model, type Value, type Values } from './model.js'
import { type Neighbourhood, nearestOfOthers } from './neighbours.js'
import type { Health, StepReport, TrainerSetup } from './settings.js'
import { type Taken, takeWeights } from './start-weights.js'
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
    const { chunk, steps, 'gradients-every': often } = this.setup.train!
    const losses: Record<string, Tensor> = {}
    const embeddings: Record<string, Tensor> = {}
    const inputs = this.#tensors(this.#mixed(batch, step))
    const { loss, gradients } = gradientsOf(this.engine, this.model, inputs, {
      weights: this.model.trainable,
      chunk,
      of: values => {
        for (const { id } of this.model.losses) losses[id] = this.engine.tf.keep(values[id] as Tensor)
        // what no head and no loss reads is not there when encoders work in chunks
        for (const node of logged ? this.model.embedding : [])
          if (node.id in values && !readsLabels(node))
            embeddings[node.id] = this.engine.tf.keep(firstLane(values[node.id]!).clone())
        return weightedSum(this.model.losses, values)
      },
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
    if (logged) report.health = this.#health(gradients, embeddings)
    demandFinite(report)
    if (report.health && (step === 1 || step === steps || step % often === 0))
      Object.assign(report.health, headGradients(this.engine, this.model, inputs, chunk))
    const now = this.#rate!(step - 1)
    report.learningRate = now.learningRate
    this.#optimiser!.apply(gradients, now)
    this.engine.tf.dispose([inputs, losses, gradients, loss, embeddings])
    report.tensors = this.engine.tf.memory().numTensors
    this.#idleSince = performance.now()
    report.seconds = (this.#idleSince - began) / 1000
    return report
  }

  /** Lets batch normalisation see a batch; no weight learns. */
  calibrate(batch: BatchValues): void {
    const inputs = this.#tensors(batch)
    forwardAlone(this.engine, this.model, inputs, this.setup.train?.chunk)
    this.engine.tf.dispose(inputs)
    this.#idleSince = performance.now()
  }

  /**
   * What an encoder makes of `count` patches, or a head of as many embeddings, row-major; always of the same batch size,
   * because sums depend on it in the last digits.
   *
   * @param layer of an encoder, in place of its embedding: one that `layers` names
   */
  encode(node: string, items: Float32Array, count: number, layer?: string): Float32Array {
    const found = this.model.embedding.find(({ id }) => id === node)
    if (!found) {
      const there = this.model.embedding.map(({ id }) => id).join(', ')
      throw new Problem('no-such-layer', `The graph has no encoder or head '${node}'.`, { hint: `It has: ${there}.` })
    }
    const encoded = this.engine.tf.tidy(() => {
      const given = this.#items(items, found)
      const embeddings = layer === undefined ? this.model.encode(node, given) : this.model.layers(node, given)[layer]!
      return embeddings.dataSync<'float32'>().slice(0, count * embeddings.shape[1]!)
    })
    this.#idleSince = performance.now()
    return encoded
  }

  /** Names of an encoder's layers and how many numbers each gives, found with one silent patch. */
  layers(node: string): Record<string, number> {
    const encoder = this.model.encoders.find(({ id }) => id === node)!
    return this.engine.tf.tidy(() => {
      const patch = new Float32Array(sizeOf(itemShape(innermost(encoder.inputs.from!.port))!.shape))
      const found = this.model.layers(node, this.#items(patch, encoder))
      return Object.fromEntries(Object.entries(found).map(([name, { shape }]) => [name, shape[1]!]))
    })
  }

  /** What a tensor node makes of a batch in training mode: numbers by side of the pair. */
  look(node: string, batch: BatchValues): Partial<Record<LaneName, Float32Array>> {
    return this.engine.tf.tidy(() => {
      const value = this.model.forward(this.#tensors(batch), [node])[node]!
      const numbers = (tensor: Tensor) => tensor.dataSync<'float32'>().slice()
      return isPair(value) ? { a: numbers(value.a), b: numbers(value.b) } : { only: numbers(value) }
    })
  }

  neighbours(among: Neighbourhood): Int32Array {
    const found = nearestOfOthers(this.engine, among)
    this.#idleSince = performance.now()
    return found
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

  /** The weights of the nodes that fit. @throws Problem `nothing-taken` */
  take(file: string, checkpoint: string): Taken {
    return takeWeights(this.model.weights, readTensors(file).weights, checkpoint)
  }

  /** As `train.mixup` says. */
  #mixed(batch: BatchValues, step: number): BatchValues {
    const { graph, seed, train } = this.setup
    const { alpha = 0, 'warm-up': warmUp = 0 } = train?.mixup ?? {}
    if (alpha === 0 || step <= warmUp) return batch
    return mixBatch(batch, { count: batchSize(graph), alpha, key: [seed, 'mixup', step].join('\u0000') })
  }

  #tensors(batch: BatchValues): Values {
    const values = Object.entries(batch).map(([id, lanes]) => {
      const { out } = this.setup.graph.nodes.find(other => other.id === id)!
      const { only, a, b } = lanes
      return [id, only ? this.#tensor(only, out) : { a: this.#tensor(a!, out), b: this.#tensor(b!, out) }]
    })
    return Object.fromEntries(values)
  }

  /** One side of what a batch holds: [items, ...shape of an item]. */
  #tensor(data: Float32Array, port: Port): Tensor {
    const item = itemShape(port)
    if (!item) throw new Problem('not-a-batch', `${describePort(port)} has no fixed size: it cannot be a tensor.`)
    return this.engine.tf.tensor(data, [data.length / sizeOf(item.shape), ...item.shape])
  }

  /** What a node reads: patches, or embeddings for a head. */
  #items(data: Float32Array, { inputs }: CheckedNode): Tensor {
    const port = innermost(inputs.from!.port)
    if (port.kind !== 'embedding') return this.#tensor(data, port)
    return this.engine.tf.tensor(data, [data.length / port.size, port.size])
  }

  #health(gradients: Tensor[], embeddings: Record<string, Tensor>): Health {
    const norm = globalNorm(this.engine, gradients)
    const gradientNorm = norm.dataSync()[0]!
    norm.dispose()
    const spreads = Object.entries(embeddings).map(([id, tensor]) => [id, spreadOf(this.engine, tensor)] as const)
    return { gradientNorm, ...(spreads.length > 0 && { collapse: Object.fromEntries(spreads) }) }
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

/** A classifier: what it gives are logits, which may well be few and alike. */
function readsLabels({ inputs }: CheckedNode): boolean {
  return Object.values(inputs).some(({ port }) => innermost(port).kind === 'label')
}

/** One side of a pair: enough to see a collapse. */
function firstLane(value: Value): Tensor {
  return isPair(value) ? value.a : value
}
