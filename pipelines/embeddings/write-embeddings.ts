/** Embeds recordings with a trained encoder into an Arrow file, and writes the rulers of probes beside it. */
import { appendFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { FeatureCache } from '../../data/feature-cache.js'
import { readClips } from '../../data/manifests.js'
import { Problem } from '../../data/problem.js'
import { openPool } from '../../graphs/streams/pool.js'
import { type Prepared, prepareFeatures } from '../../graphs/streams/prepare.js'
import { loadStages } from '../../stages/registry.js'
import type { Clip } from '../../stages/values.js'
import { bottleneckOfPhases } from '../bottleneck.js'
import { rulersFolder } from '../probes/rulers.js'
import { progress } from '../progress.js'
import { type FoundCheckpoint, findCheckpoint } from '../trainer/checkpoint.js'
import { TrainerThread } from '../trainer/trainer-thread.js'
import { UNTRAINED } from '../training.js'
import { createEmbeddingWriter, type EmbeddingRow } from './arrow-writer.js'
import { encodePatches } from './encode.js'
import { type EncodingPath, encodingPath } from './encoding-path.js'
import { logMelStatistics } from './log-mel-statistics.js'
import { embeddingMetadata } from './metadata.js'

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
  rulers?: boolean | undefined
  workers?: number | undefined
  /** Folder of the feature cache. */
  cache: string
  /** Once aborted, nothing more is read or written, and unfinished files are taken away. */
  signal?: AbortSignal | undefined
}

export interface Embedded {
  rows: number
  skipped: number
  /** Label columns. */
  columns: string[]
  seconds: number
  audioSeconds: number
  /** Where the time went, in a sentence. */
  bottleneck: string
}

/** @throws the signal's reason once it is aborted */
export async function writeEmbeddings(options: EmbedOptions): Promise<Embedded> {
  const began = performance.now()
  const phases: Record<string, number> = {}
  const timed = async <T>(phase: string, work: Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await work
    phases[phase] = (performance.now() - start) / 1000
    return result
  }
  const found = findCheckpoint(options.run)
  const { graph, statistics, train } = found.checkpoint
  const path = encodingPath(graph, await loadStages(graph.stageFiles), statistics, options.layer)
  const { clips, columns } = await readInputs(options.inputs)
  const prepared = await timed('reading the sounds', prepare(path, clips, options))
  makeRoom(options.output)
  noteSkipped(options.output, prepared)
  const { seed, threads, precision } = train
  const thread = await timed('starting TensorFlow', TrainerThread.start({ graph, seed, threads, precision }))
  const task = new Embedding(options, found, path, prepared, columns, thread)
  let rows: number
  try {
    await thread.load(found.tensors, { optimiser: false })
    rows = await timed('the encoder', task.write(options.output, options.level, 'embedding'))
    if (options.rulers ?? columns.length > 0) await timed('the rulers', task.writeRulers())
  } finally {
    await thread.close()
  }
  return {
    rows,
    skipped: prepared.skipped.length,
    columns,
    seconds: (performance.now() - began) / 1000,
    audioSeconds: prepared.nodes[path.mel]!.seconds.reduce((sum, one) => sum + one, 0),
    bottleneck: bottleneckOfPhases(phases),
  }
}

async function readInputs(inputs: readonly string[]): Promise<{ clips: Clip[]; columns: string[] }> {
  const read = await Promise.all(inputs.map(input => readClips(input)))
  const clips = read.flatMap(one => one.clips)
  const ids = new Set(clips.map(({ id }) => id))
  if (ids.size < clips.length) {
    throw new Problem('duplicate-clips', 'Two inputs hold clips of the same name.', {
      hint: 'Embed them into separate files.',
    })
  }
  return { clips, columns: [...new Set(read.flatMap(one => one.columns))] }
}

async function prepare(
  path: EncodingPath,
  clips: readonly Clip[],
  { workers, cache, signal }: EmbedOptions,
): Promise<Prepared> {
  const pool = openPool({ workers: workers ?? availableParallelism() })
  const bar = progress('reading sounds', clips.length)
  try {
    const prepared = await prepareFeatures({
      graph: path.features,
      clips,
      cacheFolder: cache,
      pool,
      onProgress: () => bar.tick(),
      signal,
    })
    if (prepared.clips.length > 0) return prepared
    const { path: file, reason } = prepared.skipped[0]!
    throw new Problem('no-usable-clips', `None of ${clips.length} clips can be read; ${file}: ${reason}`)
  } finally {
    bar.done()
    await pool.close()
  }
}

/** @throws Problem if the folder of the output cannot be made */
function makeRoom(output: string): void {
  try {
    mkdirSync(dirname(output), { recursive: true })
  } catch (cause) {
    throw new Problem('not-writable', `The embeddings cannot be written to ${output}: ${(cause as Error).message}`, {
      hint: 'Name a file that you may write with -o.',
      cause,
    })
  }
}

function noteSkipped(output: string, { skipped }: Prepared): void {
  const file = `${output}.skipped.jsonl`
  rmSync(file, { force: true })
  for (const one of skipped) appendFileSync(file, `${JSON.stringify(one)}\n`)
}

/** One set of clips, through the trained encoder and then through its rulers. */
class Embedding {
  constructor(
    private readonly options: EmbedOptions,
    private readonly found: FoundCheckpoint,
    private readonly path: EncodingPath,
    private readonly prepared: Prepared,
    private readonly columns: string[],
    private readonly thread: TrainerThread,
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
      'earshot.layer': path.encoder,
      'earshot.content': label,
    })
    const bar = progress(`${label} of clips`, prepared.clips.length)
    const mean = new Mean(path.dimensions)
    let rows = 0
    try {
      for await (const { key, start, last, embedding } of encodePatches(this.thread, path, this.#sources(), hop)) {
        this.options.signal?.throwIfAborted()
        if (level === 'patch') {
          writer.write([this.#row(key, embedding, start * second, (start + path.patch.frames) * second)])
          rows++
        } else mean.add(embedding)
        if (!last) continue
        if (level === 'clip') {
          writer.write([this.#row(key, mean.take())])
          rows++
        }
        bar.tick()
      }
      writer.close()
    } catch (error) {
      writer.abort()
      throw error
    } finally {
      bar.done()
    }
    return rows
  }

  /** Untrained encoder, and log-mel statistics with and without duration, for the same clips. */
  async writeRulers(): Promise<void> {
    const folder = rulersFolder(this.options.output)
    mkdirSync(folder, { recursive: true })
    const untrained = join(this.found.run, 'checkpoints', UNTRAINED)
    if (existsSync(untrained)) {
      await this.thread.load(untrained, { optimiser: false })
      await this.write(join(folder, 'untrained.arrow'), 'clip', 'untrained encoder')
    }
    const { bands } = this.path.melPort
    const plain = this.#writer(join(folder, 'log-mel.arrow'), 2 * bands, { 'earshot.content': 'log-mel statistics' })
    const timed = this.#writer(join(folder, 'log-mel+duration.arrow'), 2 * bands + 1, {
      'earshot.content': 'log-mel statistics and duration',
    })
    for (const { key, open } of this.#sources()) {
      const mel = open()
      const statistics = logMelStatistics(mel)
      mel.close()
      plain.write([this.#row(key, statistics)])
      timed.write([this.#row(key, Float32Array.of(...statistics, Math.log(this.#seconds(key))))])
    }
    plain.close()
    timed.close()
  }

  #writer(file: string, dimensions: number, details: Record<string, string>) {
    const metadata = { ...embeddingMetadata(this.found, this.path), ...details }
    return createEmbeddingWriter(file, { dimensions, columns: this.columns, metadata })
  }

  *#sources() {
    const cache = new FeatureCache(this.prepared.cacheFolder)
    for (const [key, feature] of this.prepared.nodes[this.path.mel]!.keys.entries()) {
      yield { key, open: () => cache.open(feature)! }
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

/** Running mean of embeddings. */
class Mean {
  readonly #sum: Float64Array
  #count = 0

  constructor(size: number) {
    this.#sum = new Float64Array(size)
  }

  add(embedding: Float32Array): void {
    for (let at = 0; at < embedding.length; at++) this.#sum[at]! += embedding[at]!
    this.#count++
  }

  /** The mean; starts anew. */
  take(): Float32Array {
    const mean = Float32Array.from(this.#sum, value => value / this.#count)
    this.#sum.fill(0)
    this.#count = 0
    return mean
  }
}
