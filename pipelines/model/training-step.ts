/** A training step as work on tensors alone, so that it can be compiled: forward, backward, clip, update, follow, average. */
import { type Choice, type Compiled, compiled } from '../../engine/compile/compiled.js'
import { demandFinite } from '../../engine/compile/finite.js'
import type { Engine, Tensor } from '../../engine/engine.js'
import { clipToNorm, globalNorm } from '../../engine/gradients.js'
import type { MovingAverage } from '../../engine/optimisers/moving-average.js'
import type { Optimiser } from '../../engine/optimisers/optimiser.js'
import type { Now } from '../../engine/optimisers/schedule.js'
import type { CheckedNode } from '../../graphs/language/checked.js'
import { gradientsOf } from '../../graphs/model/gradient-caching.js'
import type { Model } from '../../graphs/model/model.js'
import { isPair, sidesOf, type Value, type Values } from '../../graphs/model/node-pass.js'
import { innermost, type Port } from '../../stages/ports.js'
import type { TrainSettings } from '../configuration/sections.js'

export interface Figures {
  loss: number
  losses: Record<string, number>
  /** L2 norm of all gradients together, before they are clipped. */
  gradientNorm: number
}

export interface Done extends Figures {
  /** One view of what each encoder and head gave; the caller disposes them. */
  embeddings: Record<string, Tensor>
}

export interface News {
  /** What `compile: auto` has come to. */
  choice?: Choice
  /** Why steps are computed one operation after the other, if they were to be compiled. */
  uncompiled?: string
}

/** A step that came to figures which are not finite. */
export class NotFinite extends Error {
  /** @param weights those whose gradients are not, as far as it is known */
  constructor(
    readonly figures: Figures,
    readonly weights: readonly string[],
  ) {
    super('figures are not finite')
  }
}

export class TrainingStep {
  #news: News = {}
  readonly #compiled: Compiled
  /** Nodes whose embeddings the step gives, in their order: found at the first. */
  #embedding: string[] = []
  #layout = layoutOf({})

  constructor(
    private readonly engine: Engine,
    private readonly model: Model,
    private readonly moves: { optimiser: Optimiser; average: MovingAverage | undefined },
    private readonly settings: Pick<TrainSettings, 'chunk' | 'compile'> & { clip: number | undefined },
  ) {
    this.#compiled = compiled(engine, tensors => this.#work(tensors), {
      how: settings.compile,
      say: uncompiled => Object.assign(this.#news, { uncompiled }),
      chosen: choice => Object.assign(this.#news, { choice }),
      variables: () => [...model.weights.all, ...moves.optimiser.variables, ...(moves.average?.variables ?? [])],
    })
  }

  /** What has become known since it was last asked. */
  news(): News {
    const news = this.#news
    this.#news = {}
    return news
  }

  /**
   * Trains on a batch. @throws NotFinite at the first figure that is not finite; the weights are then as they were
   */
  run(batch: Values, now: Now & { step: number }): Done {
    const { tf } = this.engine
    this.#layout = layoutOf(batch)
    const { optimiser, average } = this.moves
    const shares = average ? [average.share(now.step)] : []
    const numbers = [...optimiser.numbers(now), ...shares].map(number => tf.scalar(number))
    try {
      const [figures, ...embeddings] = this.#compiled([...Object.values(batch).flatMap(sidesOf), ...numbers])
      const read = this.#figures(figures!.dataSync<'float32'>())
      figures!.dispose()
      // XLA does not stop at such numbers: it has put the weights back
      if (!areFinite(read)) throw new NotFinite(read, [])
      return { ...read, embeddings: Object.fromEntries(this.#embedding.map((id, at) => [id, embeddings[at]!])) }
    } finally {
      tf.dispose(numbers)
    }
  }

  #work(tensors: readonly Tensor[]): Tensor[] {
    const { engine, model } = this
    const { optimiser, average } = this.moves
    const { tf } = engine
    const { chunk, clip } = this.settings
    const { count, restored } = this.#layout
    const [batch, numbers] = [restored(tensors), tensors.slice(count)]
    const losses: Tensor[] = []
    const embeddings: Record<string, Tensor> = {}
    const { loss, gradients } = gradientsOf(engine, model, batch, {
      weights: model.trainable,
      chunk,
      of: values => {
        losses.push(...model.losses.map(({ id }) => tf.keep(values[id] as Tensor)))
        // what no head and no loss reads is not there when encoders work in chunks
        for (const node of model.embedding)
          if (node.id in values && !readsLabels(node))
            embeddings[node.id] = tf.keep(firstLane(values[node.id]!, innermost(node.out)).clone())
        return weightedSum(model, values)
      },
    })
    const norm = globalNorm(engine, gradients)
    const figures = tf.tidy(() => tf.concat([loss, norm, ...losses].map(scalar => scalar.reshape([1]))))
    tf.dispose([loss, ...losses])
    demandFinite(engine, figures, numbers => new NotFinite(this.#figures(numbers), this.#notFinite(gradients)))
    optimiser.move(clipToNorm(engine, gradients, norm, clip), average ? numbers.slice(0, -1) : numbers)
    model.follow()
    average?.follow(numbers.at(-1)!)
    norm.dispose()
    this.#embedding = Object.keys(embeddings)
    return [figures, ...Object.values(embeddings)]
  }

  #figures([loss, gradientNorm, ...losses]: ArrayLike<number> & Iterable<number>): Figures {
    const named = this.model.losses.map(({ id }, at) => [id, losses[at]!] as const)
    return { loss: loss!, gradientNorm: gradientNorm!, losses: Object.fromEntries(named) }
  }

  #notFinite(gradients: readonly Tensor[]): string[] {
    const bad = this.model.trainable.filter((_, at) => gradients[at]!.isFinite().all().dataSync()[0] === 0)
    return bad.map(({ name }) => name)
  }
}

/** How many tensors a batch is, and how it is made of them again. */
function layoutOf(batch: Values) {
  const nodes = Object.entries(batch).map(([id, value]) => ({ id, pair: isPair(value) }))
  const restored = (tensors: readonly Tensor[]): Values => {
    const left = [...tensors]
    const next = () => left.shift()!
    return Object.fromEntries(nodes.map(({ id, pair }) => [id, pair ? { a: next(), b: next() } : next()]))
  }
  return { count: Object.values(batch).flatMap(sidesOf).length, restored }
}

const areFinite = ({ loss, losses, gradientNorm }: Figures) =>
  [loss, gradientNorm, ...Object.values(losses)].every(Number.isFinite)

/** What is trained: the losses, each times its weight. */
function weightedSum({ losses, changing }: Model, values: Values): Tensor {
  return losses
    .map(({ id, weight }) => {
      const [loss, counts] = [values[id] as Tensor, changing.of(id).weight ?? weight]
      return counts === undefined ? loss : loss.mul(counts)
    })
    .reduce((sum, one) => sum.add(one))
}

/** A classifier: what it gives are logits, which may well be few and alike. */
function readsLabels({ inputs }: CheckedNode): boolean {
  return Object.values(inputs).some(({ port }) => ['label', 'activity'].includes(innermost(port).kind))
}

/** One view of each clip: enough to see a collapse. */
function firstLane(value: Value, { kind }: Port): Tensor {
  const first = isPair(value) ? value.a : value
  if (kind === 'tokens') return first.mean(first.rank - 2)
  return first.rank === 3 ? first.slice([0, 0, 0], [-1, 1, -1]).squeeze([1]) : first
}
