/**
 * What a pool thread is at work on, in memory that it shares with the main thread: a thread that is stuck in a loop can
 * answer nothing, but what it wrote there before can be read.
 */
import type { Evaluation } from './evaluate.js'

/** Whole numbers of a status: how often something was begun, the node (from 1), the clip by position. */
const [BEGUN, NODE, CLIP] = [0, 1, 2]

export type WorkerStatus = Int32Array<SharedArrayBuffer>

export const newStatus = (): WorkerStatus => new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT))

/** To be called before a node begins to work on a clip. */
export function begin(status: WorkerStatus, node: number, clip: number): void {
  Atomics.store(status, NODE, node + 1)
  Atomics.store(status, CLIP, clip)
  Atomics.add(status, BEGUN, 1)
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
  status: WorkerStatus
  evaluation: Evaluation
  begun: number
  since: number
}

/** Watches the tasks under way, and reports each node once that has been at one clip for too long. */
export class StatusWatch {
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

  /** While `work` is underway, its status is looked at. */
  async during<Value>(evaluation: Evaluation, status: WorkerStatus, work: Promise<Value>): Promise<Value> {
    const watched = { status, evaluation, begun: 0, since: performance.now() }
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
      const { status, evaluation, begun, since } = watched
      const latest = Atomics.load(status, BEGUN)
      if (latest !== begun) Object.assign(watched, { begun: latest, since: now })
      else if (begun > 0 && now - since >= this.#patience) this.#say(evaluation, status, (now - since) / 1000)
    }
  }

  #say({ graph, clips }: Evaluation, status: WorkerStatus, seconds: number): void {
    const node = graph.nodes[Atomics.load(status, NODE) - 1]!
    if (this.#told.has(node.id)) return
    this.#told.add(node.id)
    this.#tell({ node: node.id, stage: node.stage, clip: clips[Atomics.load(status, CLIP)]!.id, seconds })
  }
}

export const slowInWords = ({ node, stage, clip, seconds }: Slow): string =>
  `'${node}' (${stage}) has been at work on '${clip}' for ${Math.round(seconds)} s and has not come back.`
