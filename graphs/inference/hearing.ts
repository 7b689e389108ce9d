/** Runs an inference graph: gives what its encoder reads, clip by clip, at a regular hop. */
import { FeatureCache } from '../../data/feature-cache.js'
import { Problem } from '../../data/problem.js'
import { describePort } from '../../stages/ports.js'
import type { Clip, Statistics } from '../../stages/values.js'
import { itemShape, sizeOf } from '../language/item-shape.js'
import { Evaluator, type FeatureStore, type Stages } from '../streams/evaluate.js'
import { valueAt } from '../streams/node-work.js'
import { gridOf, lengthOf } from '../streams/pieces.js'
import type { Prepared } from '../streams/prepare.js'
import type { InferenceGraph } from './inference-graph.js'

export interface HeardClip {
  /** Seconds from the start of the clip to that of each piece, ascending. */
  starts: number[]
  /** What the encoder reads there, row-major; not to be written to. */
  piece(start: number): Promise<Float32Array>
}

/** What is heard: clips, the keys of their features, and where these are. */
export type Sounds = Pick<Prepared, 'clips'> & { nodes: Readonly<Record<string, { keys: string[] }>> } & Kept

type Kept = { cacheFolder: string } | { store: FeatureStore }

const storeOf = (kept: Kept) => ('store' in kept ? kept.store : new FeatureCache(kept.cacheFolder))

export class Hearing {
  readonly #evaluator: Evaluator
  readonly #clips: readonly Clip[]
  /** Nodes whose values are the same wherever in the clip it is listened to, as far as others read them. */
  readonly #still: readonly string[]
  /** Numbers of one piece. */
  readonly size: number

  /** @param statistics by node, as training measured them */
  constructor(
    readonly inference: InferenceGraph,
    stages: Stages,
    { clips, nodes, ...kept }: Sounds,
    statistics: Readonly<Record<string, Statistics>>,
  ) {
    const { graph } = inference
    const keys = Object.fromEntries(Object.entries(nodes).map(([id, { keys }]) => [id, keys]))
    this.#evaluator = new Evaluator({ graph, seed: 0, clips, keys, statistics }, stages, storeOf(kept))
    this.#clips = clips
    this.#still = stillNodes(inference)
    this.size = sizeOf(itemShape(inference.port)!.shape)
  }

  /** Nothing that was read of the clips is remembered: their sounds are others now. */
  forget(): void {
    this.#evaluator.forget()
  }

  /** The distance between pieces that is nearest to what is asked for, a whole number of frames; both in seconds. */
  hop(asked: number): number {
    const { second } = this.grid
    return Math.max(1, Math.round(asked / second)) * second
  }

  /** Frames or samples of a piece, and seconds of each; of whole clips, nothing is counted. */
  get grid(): { length: number; second: number } {
    const [first] = this.inference.cuts
    return first ? gridOf(first.port) : { length: Number.POSITIVE_INFINITY, second: 1 }
  }

  /** The hop of pieces that overlap by half, in seconds. */
  get halfOverlapping(): number {
    const { length, second } = this.grid
    return Number.isFinite(length) ? Math.ceil(length / 2) * second : second
  }

  /**
   * One clip of the set, by position. Pieces start every hop as long as a whole one fits; one piece at least. What is
   * left at the end (less than a hop) is not heard.
   *
   * @param hop seconds
   * @param spare frames or samples at the end of the clip that no piece reaches
   */
  async clip(position: number, hop: number, spare = 0): Promise<HeardClip> {
    const { input, cuts } = this.inference
    const item = { clip: position, epoch: 0, position: 0, occurrence: 0 }
    const still = await this.#evaluator.values(this.#still, item)
    const [first] = cuts
    const piece = async (start: number) => {
      const at = { ...item, start }
      const values = await this.#evaluator.values(input.cut ? [] : [input.node], at, still)
      return this.#checked(valueAt(input, { values, item: at }), position)
    }
    if (!first) return { starts: [0], piece }
    const { length, second } = this.grid
    const { cut: _, ...whole } = first
    const total = lengthOf(valueAt(whole, { values: still, item }), first.port) - spare
    const each = Math.max(1, Math.round(hop / second))
    return { starts: pieceStarts(total, { length, hop: each }).map(start => start * second), piece }
  }

  #checked(value: unknown, position: number): Float32Array {
    if (value instanceof Float32Array && value.length === this.size) return value
    const { node, port } = this.inference.input
    const came = value instanceof Float32Array ? `${value.length} numbers` : typeof value
    throw new Problem(
      'wrong-size',
      `'${node}' gives ${describePort(port)}, ${this.size} numbers; of ${this.#clips[position]!.id} came ${came}.`,
    )
  }
}

export interface Framing {
  /** Frames or samples of a piece. */
  length: number
  /** From one piece's start to the next one's. */
  hop: number
}

/** Every hop as long as a whole piece fits, one piece at least. */
export function pieceStarts(total: number, { length, hop }: Framing): number[] {
  const count = Math.max(1, Math.floor((total - length) / hop) + 1)
  return Array.from({ length: count }, (_, index) => index * hop)
}

/** Of the nodes below no cut, those that the encoder's input or a node below a cut reads. */
function stillNodes({ graph, input }: InferenceGraph): string[] {
  const moving = new Set<string>()
  const read = new Set<string>()
  for (const { id, inputs } of graph.nodes) {
    const streams = Object.values(inputs).filter(({ bank }) => !bank)
    if (!streams.some(({ node, cut }) => cut || moving.has(node))) continue
    moving.add(id)
    for (const { node } of streams) read.add(node)
  }
  return [...new Set([...read, input.node])].filter(id => !moving.has(id))
}
