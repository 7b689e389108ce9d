/** One training step, in the order in which a paper tells it. Runs in TensorFlow's thread. */
import { readTensors, writeTensors } from '../../engine/checkpoints/tensors.js'
import type { Engine, Tensor } from '../../engine/engine.js'
import { merged } from '../../engine/low-rank.js'
import { MovingAverage } from '../../engine/optimisers/moving-average.js'
import { createOptimiser, type Optimiser, type OptimiserOptions } from '../../engine/optimisers/optimiser.js'
import { schedule } from '../../engine/optimisers/schedule.js'
import type { OptimiserSettings } from '../../engine/optimisers/settings.js'
import type { State } from '../../engine/weights.js'
import type { Model } from '../../graphs/model/model.js'
import { sidesOf, type Values } from '../../graphs/model/node-pass.js'
import { statisticsUntouched } from '../../graphs/model/running-statistics.js'
import { type Renamed, type Taken, takeNode, takeWeights } from '../../graphs/model/start-weights.js'
import { type BatchValues, batchSize } from '../../graphs/streams/layout.js'
import { spreadOf } from './collapse.js'
import { Encoder } from './encoder.js'
import { headGradients } from './head-gradients.js'
import { mixBatch } from './mixup.js'
import { type Neighbourhood, nearestOfOthers } from './neighbours.js'
import { notFinite } from './not-finite.js'
import type { HeadGradients, Health, StepReport, TrainerSetup } from './settings.js'
import { NotFinite, TrainingStep } from './training-step.js'

export class Trainer extends Encoder {
  readonly #settings: TrainerSetup
  readonly #optimiser: Optimiser
  readonly #average: MovingAverage | undefined
  readonly #step: TrainingStep
  readonly #rate: ReturnType<typeof schedule>
  #idleSince = performance.now()

  constructor(engine: Engine, model: Model, setup: TrainerSetup) {
    super(engine, model, setup)
    const { train } = setup
    this.#settings = setup
    this.#optimiser = createOptimiser(engine, model.trainable, optionsOf(train.optimiser))
    this.#rate = schedule(train.schedule, train.steps)
    if (train.average !== undefined) this.#average = new MovingAverage(engine, model.weights.all, train.average)
    const { chunk, compile, optimiser } = train
    const settings = { chunk, compile, clip: optimiser.clip }
    this.#step = new TrainingStep(engine, model, { optimiser: this.#optimiser, average: this.#average }, settings)
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
    this.model.changing.moveTo(step - 1, this.#settings.train.steps)
    const heads = logged ? this.#heads(inputs, step) : undefined
    const now = this.#rate(step - 1)
    const { loss, losses, gradientNorm, embeddings } = this.#told(step, batch, inputs, () =>
      this.#step.run(inputs, { ...now, step }),
    )
    const health = logged && { ...this.#health(gradientNorm, embeddings), ...heads }
    tf.dispose([inputs, embeddings])
    return {
      step,
      losses,
      loss,
      learningRate: now.learningRate,
      ...(health && { health }),
      seconds: (performance.now() - began) / 1000,
      waited: waited / 1000,
      tensors: tf.memory().numTensors,
      ...this.#step.news(),
    }
  }

  /** What follows is waiting for a batch. */
  rest(): void {
    this.#idleSince = performance.now()
  }

  neighbours(among: Neighbourhood): Int32Array {
    return nearestOfOthers(this.engine, among)
  }

  /** From here to the next call weights are what `train.average` makes of them; if it says nothing, they are as ever. */
  exchange(): void {
    this.#average?.exchange()
  }

  /**
   * Weights and what the optimiser remembers. Averaged weights stand in their place, as whoever embeds wants them; those
   * that training goes on with are then beside what the optimiser remembers. @returns sha256 of the file written
   */
  checkpoint(file: string): string {
    const latest = this.model.weights.state()
    const slots = this.#optimiser.state()
    if (!this.#average) return writeTensors(file, latest, slots)
    return writeTensors(file, this.#average.state(), new Map([...slots, ...renamed(latest, name => LATEST + name)]))
  }

  /** As `checkpoint` wrote them. @throws Problem `bad-checkpoint`, `checkpoint-mismatch` */
  resume(file: string): void {
    const { weights, slots } = readTensors(file)
    const latest = new Map([...slots].filter(([name]) => name.startsWith(LATEST)))
    const remembered = new Map([...slots].filter(([name]) => !name.startsWith(LATEST)))
    this.model.weights.load(latest.size > 0 ? renamed(latest, name => name.slice(LATEST.length)) : weights)
    this.#optimiser.load(remembered)
    this.#average?.load(weights)
  }

  /** The weights of the nodes that fit. @param checkpoint its name in messages @throws Problem `nothing-taken` */
  take(file: string, checkpoint: string, as: Renamed = {}): Taken {
    const taken = takeWeights(this.model.weights, merged(readTensors(file).weights), checkpoint, as)
    this.model.catchUp(Object.keys(taken.fresh))
    return taken
  }

  /**
   * The weights of one node, which start from those of a node of another checkpoint.
   *
   * @param node in the checkpoint; that of the same id, or the only one that fits, if absent
   * @throws Problem `nothing-taken`
   */
  takeNode(id: string, file: string, node?: string): void {
    takeNode(this.model.weights, merged(readTensors(file).weights), { id, checkpoint: file, node })
    this.model.catchUp(this.#settings.graph.nodes.flatMap(({ id: other, follows }) => (follows === id ? [other] : [])))
  }

  /** As `train.mixup` says. */
  #mixed(batch: BatchValues, step: number): BatchValues {
    const { graph, seed, train } = this.#settings
    const { alpha = 0, 'warm-up': warmUp = 0 } = train.mixup ?? {}
    if (alpha === 0 || step <= warmUp) return batch
    return mixBatch(batch, { count: batchSize(graph), alpha, key: [seed, 'mixup', step].join('\u0000') })
  }

  /** Does a step. @throws Problem `not-finite`, with what can be found out about where such numbers came from */
  #told<Done>(step: number, batch: BatchValues, inputs: Values, work: () => Done): Done {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof NotFinite)) throw error
      const { figures, weights } = error
      const { graph, train } = this.#settings
      const bad = Object.entries(figures.losses).find(([, loss]) => !Number.isFinite(loss))
      const what = bad ? `the value of ${bad[0]} is ${bad[1]}` : `the gradient is ${figures.gradientNorm}`
      const first = bad && train.chunk === undefined ? this.#firstNotFinite(inputs) : undefined // a batch at once may not fit
      const node = graph.nodes.find(({ id, out }) => id === first && out.kind !== 'loss')
      throw notFinite(step, what, { batch, size: batchSize(graph), weights, node })
    }
  }

  /** The first node whose values are not finite. */
  #firstNotFinite(inputs: Values): string | undefined {
    const { tf } = this.engine
    const isBad = (side: Tensor) => side.toFloat().isFinite().all().dataSync()[0] === 0
    return tf.tidy(() => {
      const values = Object.entries(statisticsUntouched(this.model, () => this.model.forward(inputs)))
      return values.find(([, value]) => sidesOf(value).some(isBad))?.[0]
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

/** Where averages stand in their place, the weights of the last step start with this. */
const LATEST = 'latest.'

const renamed = (state: State, as: (name: string) => string): State =>
  new Map([...state].map(([name, tensor]) => [as(name), tensor]))

function optionsOf({ 'weight-decay': weightDecay, clip: _, ...others }: OptimiserSettings): OptimiserOptions {
  return { ...others, weightDecay } as OptimiserOptions
}
