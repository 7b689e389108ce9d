/** Embeds clips whose features are in the cache: with the trained encoder, and with what probes measure it against. */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FeatureCache } from '../../data/feature-cache.js'
import { UNTRAINED } from '../../engine/checkpoints/files.js'
import { demandWhole, locateIfThere } from '../../engine/checkpoints/find.js'
import type { Prepared } from '../../graphs/streams/prepare.js'
import type { Shard } from '../jobs/shard.js'
import type { FoundCheckpoint } from '../model/checkpoint.js'
import type { EncoderThread } from '../model/trainer-thread.js'
import { progress } from '../terminal/progress.js'
import { createEmbeddingWriter, type EmbeddingRow, type EmbeddingWriter } from './arrow-writer.js'
import { encodePatches } from './encode.js'
import type { EncodingPath } from './encoding-path.js'
import { logMelStatistics } from './log-mel-statistics.js'
import { baselinesFolder, embeddingMetadata } from './metadata.js'
import { RunningMean } from './running-mean.js'

export type Level = 'clip' | 'patch'

export interface EmbedOptions {
  /** Run folder or checkpoint. */
  run: string
  inputs: readonly string[]
  output: string
  /** Seconds from one patch to the next. */
  hop: number
  level: Level
  layer?: string | undefined
  /** Written where the input has labels, if not said. */
  baselines?: boolean | undefined
  workers?: number | undefined
  /** Folder of the feature cache. */
  cache: string
  /** This share of the clips alone. */
  shard?: Shard | undefined
  /** Once aborted, nothing more is read or written, and unfinished files are taken away. */
  signal?: AbortSignal | undefined
}

/** One set of clips, through the trained encoder and then through its baselines. */
export class ClipEmbedding {
  constructor(
    private readonly options: EmbedOptions,
    private readonly found: FoundCheckpoint,
    private readonly path: EncodingPath,
    private readonly prepared: Prepared,
    private readonly columns: string[],
    private readonly thread: EncoderThread,
    /** Metadata that all files carry beside what says how they were made. */
    private readonly further: Record<string, string> = {},
  ) {}

  /** With the weights that the thread has now. @returns rows written */
  async write(file: string, level: Level, label: string): Promise<number> {
    const { path, prepared } = this
    const { hop: hopSamples, rate } = path.melPort
    const second = hopSamples / rate
    const hop = Math.max(1, Math.round(this.options.hop / second))
    const writer = this.#writer(file, path.dimensions, {
      'earshot.level': level,
      'earshot.hop': String(hop * second),
      'earshot.layer': path.layer === undefined ? path.encoder : `${path.encoder}.${path.layer}`,
      'earshot.content': label,
    })
    const bar = progress(`${label} of clips`, prepared.clips.length)
    const mean = new RunningMean(path.dimensions)
    let rows = 0
    await filled([writer], async () => {
      for await (const { key, start, last, embedding } of encodePatches(this.thread, path, this.#sources(), hop)) {
        this.options.signal?.throwIfAborted()
        if (level === 'patch') {
          writer.write([
            this.#row(
              key,
              embedding,
              start * second,
              Math.min((start + path.patch.frames) * second, this.#seconds(key)),
            ),
          ])
          rows++
        } else mean.add(embedding)
        if (!last) continue
        if (level === 'clip') {
          writer.write([this.#row(key, mean.take())])
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
    const { bands } = this.path.melPort
    const plain = this.#writer(join(folder, 'log-mel.arrow'), 2 * bands, { 'earshot.content': 'log-mel statistics' })
    const timed = this.#writer(join(folder, 'log-mel+duration.arrow'), 2 * bands + 1, {
      'earshot.content': 'log-mel statistics and duration',
    })
    await filled([plain, timed], async () => {
      for (const { key, open } of this.#sources()) {
        this.options.signal?.throwIfAborted()
        const mel = open()
        const statistics = logMelStatistics(mel)
        mel.close()
        plain.write([this.#row(key, statistics)])
        timed.write([this.#row(key, Float32Array.of(...statistics, Math.log(this.#seconds(key))))])
      }
    })
  }

  #writer(file: string, dimensions: number, details: Record<string, string>) {
    const metadata = { ...embeddingMetadata(this.found, this.path), ...details, ...this.further }
    return createEmbeddingWriter(file, { dimensions, columns: this.columns, metadata })
  }

  *#sources() {
    const cache = new FeatureCache(this.prepared.cacheFolder)
    for (const [key, feature] of this.prepared.nodes[this.path.mel]!.keys.entries()) {
      yield { key, open: () => cache.get(feature) }
    }
  }

  #seconds(clip: number): number {
    return this.prepared.nodes[this.path.mel]!.seconds[clip]!
  }

  #row(index: number, embedding: Float32Array, from = 0, to = this.#seconds(index)): EmbeddingRow {
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
