/** Windows of sound become embeddings as they come, those of several sounds in one batch. */

import { holdSound } from '../../data/decoding/held-sound.js'
import type { MonoBlock } from '../../data/decoding/mono.js'
import { Hearing } from '../../graphs/inference/hearing.js'
import type { InferenceGraph } from '../../graphs/inference/inference-graph.js'
import { streamOf } from '../../graphs/streams/draws.js'
import type { Stages } from '../../graphs/streams/evaluate.js'
import { featuresInMemory } from '../../graphs/streams/features-in-memory.js'
import type { Statistics } from '../../stages/values.js'
import { lengthsOf } from '../embeddings/clip-rows.js'
import { BATCH, type EncodedPatch } from '../embeddings/encode.js'
import type { LogMelNode } from '../embeddings/log-mel-node.js'
import type { Lengths, Reading } from '../embeddings/rows.js'

const PATH = 'sound being listened to'
/** Windows of noise after which the code is at speed. */
const REHEARSALS = 8

type Place = Omit<EncodedPatch, 'values'> & { patch: Float32Array; lengths: Lengths; answer: Answer }

interface Answer {
  resolve(embedding: Float32Array): void
  reject(error: unknown): void
}

export interface LiveEncoderOptions {
  inference: InferenceGraph
  stages: Stages
  statistics: Readonly<Record<string, Statistics>>
  reading: Reading
  /** What tells sound from silence. */
  mel: LogMelNode | undefined
  /** Seconds between the patches of a window, where it holds several. */
  hop: number
  /** Of batches, rising: see `batchSizes`. */
  sizes: readonly number[]
}

export class LiveEncoder {
  readonly #hearing: Hearing
  readonly #store = featuresInMemory()
  readonly #rows: ReturnType<Reading['rows']>
  readonly #waiting: Place[] = []
  #heard: Promise<unknown> = Promise.resolve()
  #running = false

  constructor(private readonly options: LiveEncoderOptions) {
    const { inference, stages, statistics, reading } = options
    const keys = Object.fromEntries(inference.graph.nodes.map(({ id }) => [id, { keys: [id] }]))
    const clips = [{ id: PATH, path: PATH, labels: {} }]
    this.#hearing = new Hearing(inference, stages, { clips, nodes: keys, store: this.#store }, statistics)
    this.#rows = reading.rows('clip')
  }

  /**
   * The embedding of one window, as that of a clip which holds it and nothing else. Answers come in the order of the
   * questions.
   *
   * @throws whatever the stages throw about it
   */
  async embed(sound: MonoBlock): Promise<Float32Array> {
    const places = this.#heard.then(() => this.#hear(sound))
    this.#heard = places.catch(() => {}) // one sound is in memory at a time
    const patches = await places
    return new Promise((resolve, reject) => {
      for (const place of patches) this.#waiting.push({ ...place, answer: { resolve, reject } })
      if (!this.#running) void this.#run()
    })
  }

  /** Hears noise of a window's length, so that all code is loaded and at speed before there is sound. */
  async rehearse(seconds: number): Promise<void> {
    const rng = streamOf('noise of the rehearsal')
    const rate = 44_100
    const samples = Float32Array.from({ length: Math.round(seconds * rate) }, () => rng.uniform(-0.1, 0.1))
    for (let time = 0; time < REHEARSALS; time++) await this.embed({ rate, samples }).catch(() => {}) // real sound tells
  }

  /** What the encoder reads of a sound, patch by patch. */
  async #hear(sound: MonoBlock): Promise<Omit<Place, 'answer'>[]> {
    holdSound(PATH, sound)
    try {
      const { starts, piece } = await this.#hearing.clip(0, this.#hearing.hop(this.options.hop))
      const lengths = this.#lengths(sound.samples.length / sound.rate)
      const places: Omit<Place, 'answer'>[] = []
      for (const [number, start] of starts.entries()) {
        const patch = (await piece(start)).slice()
        places.push({ ...{ clip: 0, starts, start, number, last: number === starts.length - 1 }, patch, lengths })
      }
      return places
    } finally {
      this.#hearing.forget()
    }
  }

  /** Of the sound that was heard last. @param all its seconds, if no feature knows them */
  #lengths(all: number): Lengths {
    const { length, second } = this.#hearing.grid
    const { mel } = this.options
    const features = [...this.#store.last.values()]
    const seconds = features.map(feature => feature.seconds).find(Number.isFinite) ?? all
    const spectrogram = mel && this.#store.last.get(mel.id)
    const heard = mel && spectrogram && { hop: mel.hop, feature: () => spectrogram }
    return lengthsOf({ seconds, patch: length * second, frame: second }, heard)
  }

  /** Computes what waits, until nothing does: one window alone at once, what came meanwhile together. */
  async #run(): Promise<void> {
    this.#running = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH)
      try {
        await this.#compute(batch)
      } catch (error) {
        for (const { answer } of batch) answer.reject(error)
      }
    }
    this.#running = false
  }

  async #compute(batch: readonly Place[]): Promise<void> {
    const { size } = this.#hearing
    const { reading, sizes } = this.options
    const { output } = reading
    const patches = new Float32Array(sizes.find(one => one >= batch.length)! * size)
    for (const [at, { patch }] of batch.entries()) patches.set(patch, at * size)
    const values = await output.of(patches, batch.length)
    for (const [at, { answer, lengths, ...place }] of batch.entries()) {
      const own = values.slice(at * output.size, (at + 1) * output.size)
      const [row] = this.#rows({ ...place, values: own }, lengths)
      if (row) answer.resolve(row.embedding)
    }
  }
}
