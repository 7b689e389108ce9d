/**
 * What a pool thread is at work on, in memory that it shares with the main thread: a thread that is stuck in a loop can
 * answer nothing, but what it wrote there before can be read.
 */
import type { Evaluation } from './evaluate.js'

/** Whole numbers of a desk: how often something was begun, the node (from 1), the clip by position. */
const [BEAT, NODE, CLIP] = [0, 1, 2]

export type Desk = Int32Array<SharedArrayBuffer>

export const newDesk = (): Desk => new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT))

/** Written down before a node's work begins on a clip. */
export function begin(desk: Desk, node: number, clip: number): void {
  Atomics.store(desk, NODE, node + 1)
  Atomics.store(desk, CLIP, clip)
  Atomics.add(desk, BEAT, 1)
}

/** A node that has been at one clip for long. */
export interface Slow {
  node: string
  stage: string
  clip: string
  /** At least. */
  seconds: number
}

interface Watched {
  desk: Desk
  evaluation: Evaluation
  beat: number
  since: number
}

/** Looks at the desks of tasks that are being done, and tells of each node once that has not come back for long. */
export class DeskWatch {
  readonly #watched = new Set<Watched>()
  readonly #told = new Set<string>()
  readonly #patience: number
  readonly #tell: (slow: Slow) => void
  #timer: NodeJS.Timeout | undefined

  /** @param patience milliseconds */
  constructor(patience: number, tell: (slow: Slow) => void) {
    this.#patience = patience
    this.#tell = tell
  }

  /** While `work` is underway, its desk is looked at. */
  async during<Value>(evaluation: Evaluation, desk: Desk, work: Promise<Value>): Promise<Value> {
    const watched = { desk, evaluation, beat: 0, since: performance.now() }
    this.#watched.add(watched)
    this.#timer ??= setInterval(() => this.#look(), this.#patience / 10).unref()
    try {
      return await work
    } finally {
      this.#watched.delete(watched)
      if (this.#watched.size === 0) {
        clearInterval(this.#timer)
        this.#timer = undefined
      }
    }
  }

  #look(): void {
    const now = performance.now()
    for (const watched of this.#watched) {
      const { desk, evaluation, beat, since } = watched
      const beats = Atomics.load(desk, BEAT)
      if (beats !== beat) Object.assign(watched, { beat: beats, since: now })
      else if (beat > 0 && now - since >= this.#patience) this.#say(evaluation, desk, (now - since) / 1000)
    }
  }

  #say({ graph, clips }: Evaluation, desk: Desk, seconds: number): void {
    const node = graph.nodes[Atomics.load(desk, NODE) - 1]!
    if (this.#told.has(node.id)) return
    this.#told.add(node.id)
    this.#tell({ node: node.id, stage: node.stage, clip: clips[Atomics.load(desk, CLIP)]!.id, seconds })
  }
}

export const slowInWords = ({ node, stage, clip, seconds }: Slow): string =>
  `'${node}' (${stage}) has been at work on '${clip}' for ${Math.round(seconds)} s and has not come back.`
