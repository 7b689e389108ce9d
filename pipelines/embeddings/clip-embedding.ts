/** Embeds clips whose features are in the cache: with the trained encoder, and with what probes measure it against. */
import { join } from 'node:path'
import { FeatureCache } from '../../data/feature-cache.js'
import { makeFolder } from '../../data/whole-file.js'
import type { Hearing } from '../../graphs/inference/hearing.js'
import { type Prepared, secondsOf } from '../../graphs/streams/prepare.js'
import type { Encoding } from '../model/onnx-encoder.js'
import { progress } from '../terminal/progress.js'
import { createEmbeddingWriter, type EmbeddingRow, filled } from './arrow-writer.js'
import { clipRows } from './clip-rows.js'
import type { EmbedOptions, Level } from './embed-options.js'
import type { EncoderSource } from './encoder-source.js'
import type { LogMelNode } from './log-mel-node.js'
import { logMelReading } from './log-mel-statistics.js'
import { baselinesFolder, embeddingMetadata } from './metadata.js'
import type { Reading } from './rows.js'

/** One set of clips, through the trained encoder and then through its baselines. */
export class ClipEmbedding {
  readonly #seconds: readonly number[]

  constructor(
    private readonly options: EmbedOptions,
    private readonly made: EncoderSource['made'],
    private readonly hearing: Hearing,
    private readonly reading: Reading,
    /** The encoder before training: what is fitted is fitted to each. */
    private readonly untrained: { reading: Reading; load: () => Promise<void> } | undefined,
    /** What log-mel statistics are of; none where nothing makes spectrograms. */
    private readonly mel: LogMelNode | undefined,
    private readonly prepared: Prepared,
    private readonly columns: string[],
    private readonly thread: Encoding,
    /** Metadata that all files carry beside what says how they were made. */
    private readonly further: Record<string, string> = {},
  ) {
    this.#seconds = secondsOf(prepared)
  }

  /** With the weights that the thread has now. @returns rows written, and of how many clips with fewer frames than parts */
  async write(
    file: string,
    level: Level,
    label: string,
    reading: Reading = this.reading,
  ): Promise<{ rows: number; crowded: number }> {
    const { hearing, prepared, thread, mel } = this
    const { hop } = this.options
    const details = { 'earshot.level': level, 'earshot.hop': String(hearing.hop(hop)), 'earshot.content': label }
    const writer = this.#writer(file, reading.dimensions(level), { ...reading.metadata, ...details })
    const bar = progress(`${label} of clips`, prepared.clips.length)
    const written = { rows: 0, crowded: 0 }
    await filled([writer], async () => {
      for await (const { clip, rows, last } of clipRows({ thread, hearing, prepared, mel, reading, level, hop })) {
        this.options.signal?.throwIfAborted()
        if (rows.length > 0)
          writer.write(rows.map(({ embedding, start, end }) => this.#row(clip, embedding, start, end)))
        written.rows += rows.length
        written.crowded += rows.filter(({ crowded }) => crowded).length
        if (last) bar.tick()
      }
    }).finally(bar.done)
    return written
  }

  /** Untrained encoder, and log-mel statistics with and without duration, for the same clips. */
  async writeBaselines(): Promise<void> {
    const folder = baselinesFolder(this.options.output)
    makeFolder(folder)
    if (this.untrained) {
      await this.untrained.load()
      await this.write(join(folder, 'untrained.arrow'), 'clip', 'untrained encoder', this.untrained.reading)
    }
    const { mel } = this
    if (!mel) return
    const { size, of } = logMelReading(mel, this.reading.plan?.readout)
    const plain = this.#writer(join(folder, 'log-mel.arrow'), size, { 'earshot.content': 'log-mel statistics' })
    const timed = this.#writer(join(folder, 'log-mel+duration.arrow'), size + 1, {
      'earshot.content': 'log-mel statistics and duration',
    })
    const cache = new FeatureCache(this.prepared.cacheFolder)
    await filled([plain, timed], async () => {
      for (const [clip, key] of (this.prepared.nodes[mel.id]?.keys ?? []).entries()) {
        this.options.signal?.throwIfAborted()
        const feature = cache.get(key)
        const statistics = of(feature, this.#seconds[clip]!)
        feature.close()
        plain.write([this.#row(clip, statistics)])
        timed.write([this.#row(clip, Float32Array.of(...statistics, Math.log(this.#seconds[clip]!)))])
      }
    })
  }

  #writer(file: string, dimensions: number, details: Record<string, string>) {
    const made = embeddingMetadata(this.made, this.hearing.inference)
    const metadata = { ...made, ...this.reading.metadata, ...details, ...this.further }
    return createEmbeddingWriter(file, { dimensions, columns: this.columns, metadata })
  }

  #row(index: number, embedding: Float32Array, from = 0, to = this.#seconds[index]!): EmbeddingRow {
    const { id, path, labels, start = 0 } = this.prepared.clips[index]!
    return { clip: id, path, start: start + from, end: start + to, labels, embedding }
  }
}
