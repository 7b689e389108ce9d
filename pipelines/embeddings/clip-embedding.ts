/** Embeds clips whose features are in the cache: with the trained encoder, and with what probes measure it against. */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FeatureCache } from '../../data/feature-cache.js'
import { UNTRAINED } from '../../engine/checkpoints/files.js'
import { demandWhole, locateIfThere } from '../../engine/checkpoints/find.js'
import type { Hearing } from '../../graphs/inference/hearing.js'
import { type Prepared, secondsOf } from '../../graphs/streams/prepare.js'
import type { FoundCheckpoint } from '../model/checkpoint.js'
import type { EncoderThread } from '../model/trainer-thread.js'
import { progress } from '../terminal/progress.js'
import { createEmbeddingWriter, type EmbeddingRow, type EmbeddingWriter } from './arrow-writer.js'
import type { EmbedOptions } from './embed-options.js'
import { type EncoderLayer, encodePatches } from './encode.js'
import type { LogMelNode } from './log-mel-node.js'
import { logMelStatistics } from './log-mel-statistics.js'
import { baselinesFolder, embeddingMetadata } from './metadata.js'
import { RunningMean } from './running-mean.js'

/** One set of clips, through the trained encoder and then through its baselines. */
export class ClipEmbedding {
  readonly #seconds: readonly number[]

  constructor(
    private readonly options: EmbedOptions,
    private readonly found: FoundCheckpoint,
    private readonly hearing: Hearing,
    private readonly layer: EncoderLayer | undefined,
    /** What log-mel statistics are of; none where nothing makes spectrograms. */
    private readonly mel: LogMelNode | undefined,
    private readonly prepared: Prepared,
    private readonly columns: string[],
    private readonly thread: EncoderThread,
    /** Metadata that all files carry beside what says how they were made. */
    private readonly further: Record<string, string> = {},
  ) {
    this.#seconds = secondsOf(prepared)
  }

  /** With the weights that the thread has now. @returns rows written */
  async write(file: string, level: EmbedOptions['level'], label: string): Promise<number> {
    const { hearing, layer, prepared } = this
    const { encoder, dimensions } = hearing.inference
    const { length, second } = hearing.grid
    const hop = hearing.hop(this.options.hop)
    const size = layer?.dimensions ?? dimensions
    const writer = this.#writer(file, size, {
      'earshot.level': level,
      'earshot.hop': String(hop),
      'earshot.layer': layer === undefined ? encoder : `${encoder}.${layer.name}`,
      'earshot.content': label,
    })
    const bar = progress(`${label} of clips`, prepared.clips.length)
    const mean = new RunningMean(size)
    let rows = 0
    await filled([writer], async () => {
      const patches = encodePatches(this.thread, hearing, prepared.clips.keys(), { hop, layer })
      for await (const { clip, start, last, embedding } of patches) {
        this.options.signal?.throwIfAborted()
        if (level === 'patch') {
          const end = Math.min(start + length * second, this.#seconds[clip]!)
          writer.write([this.#row(clip, embedding, start, end)])
          rows++
        } else mean.add(embedding)
        if (!last) continue
        if (level === 'clip') {
          writer.write([this.#row(clip, mean.take())])
          rows++
        }
        bar.tick()
      }
    }).finally(bar.done)
    return rows
  }

  /** Untrained encoder, and log-mel statistics with and without duration, for the same clips. */
  async writeBaselines(): Promise<void> {
    const folder = baselinesFolder(this.options.output)
    mkdirSync(folder, { recursive: true })
    const untrained = locateIfThere(join(dirname(this.found.tensors), UNTRAINED))
    if (untrained) {
      demandWhole(untrained)
      await this.thread.load(untrained.file)
      await this.write(join(folder, 'untrained.arrow'), 'clip', 'untrained encoder')
    }
    const { mel } = this
    if (!mel) return
    const plain = this.#writer(join(folder, 'log-mel.arrow'), 2 * mel.bands, {
      'earshot.content': 'log-mel statistics',
    })
    const timed = this.#writer(join(folder, 'log-mel+duration.arrow'), 2 * mel.bands + 1, {
      'earshot.content': 'log-mel statistics and duration',
    })
    const cache = new FeatureCache(this.prepared.cacheFolder)
    await filled([plain, timed], async () => {
      for (const [clip, key] of (this.prepared.nodes[mel.id]?.keys ?? []).entries()) {
        this.options.signal?.throwIfAborted()
        const feature = cache.get(key)
        const statistics = logMelStatistics(feature)
        feature.close()
        plain.write([this.#row(clip, statistics)])
        timed.write([this.#row(clip, Float32Array.of(...statistics, Math.log(this.#seconds[clip]!)))])
      }
    })
  }

  #writer(file: string, dimensions: number, details: Record<string, string>) {
    const metadata = { ...embeddingMetadata(this.found, this.hearing.inference), ...details, ...this.further }
    return createEmbeddingWriter(file, { dimensions, columns: this.columns, metadata })
  }

  #row(index: number, embedding: Float32Array, from = 0, to = this.#seconds[index]!): EmbeddingRow {
    const { id, path, labels, start = 0 } = this.prepared.clips[index]!
    return { clip: id, path, start: start + from, end: start + to, labels, embedding }
  }
}

/** Closes the writers when `work` has filled them; if it fails, none of their files remains. */
async function filled(writers: readonly EmbeddingWriter[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
    for (const writer of writers) writer.close()
  } catch (error) {
    for (const writer of writers) writer.abort()
    throw error
  }
}
