/** Listens to sounds as they arrive, several at once: windows, their embeddings, and what these are compared with. */
import { setMaxListeners } from 'node:events'
import { Problem } from '../../data/problem.js'
import { inferenceGraph } from '../../graphs/inference/inference-graph.js'
import { itemShape, sizeOf } from '../../graphs/language/item-shape.js'
import { gridOf } from '../../graphs/streams/pieces.js'
import { loadStages } from '../../stages/registry.js'
import { BATCH } from '../embeddings/encode.js'
import { encoderIn } from '../embeddings/encoder-layer.js'
import { readFitted } from '../embeddings/fitted-readout.js'
import { logMelNode } from '../embeddings/log-mel-node.js'
import { embeddingMetadata } from '../embeddings/metadata.js'
import { chosenReadout, readingOf } from '../embeddings/reading.js'
import { findCheckpoint } from '../model/checkpoint.js'
import { startTrained } from '../model/trainer-thread.js'
import { batchSizes } from './batch-sizes.js'
import { type Comparison, readKnown } from './known-sounds.js'
import { LiveEncoder } from './live-encoder.js'
import { openSource, type SoundSource } from './sound-source.js'
import { windowsOf } from './windows.js'

export interface ListenOptions {
  /** Run folder or checkpoint. */
  run: string
  sources: readonly string[]
  /** Seconds from one window to the next. */
  hop: number
  /** Seconds of a window; what the encoder reads if absent. */
  window?: number | undefined
  layer?: string | undefined
  readout?: string | undefined
  /** Labelled embeddings by the same encoder. */
  known?: string | undefined
  label?: string | undefined
  count: number
  /** Windows of any source that are not heard in time are dropped, as those of devices always are. */
  drop?: boolean | undefined
  signal: AbortSignal
  /** Told before the first window. */
  onReady?: ((about: { dimensions: number; window: number; metadata: Record<string, string> }) => void) | undefined
  /** Told of a file that holds nothing yet or is finished, and of how the known sounds are searched. */
  tell?: ((sentence: string) => void) | undefined
  /** Told of each window, in the order of its source. */
  onHeard(heard: Heard): void
}

export interface Heard extends Partial<Comparison> {
  source: string
  /** Seconds from the beginning of the source. */
  start: number
  end: number
  embedding: Float32Array
  /** Milliseconds from the arrival of its last sample. */
  latency: number
}

export interface Listened {
  windows: number
  /** Windows that were not heard in time, by source. */
  dropped: Record<string, number>
  /** Windows that the graph cannot use, with the last reason, by source. */
  unusable: Record<string, { count: number; reason: string }>
  /** Sources that ended because of an error. */
  failed: { source: string; problem: Problem }[]
}

/** Windows of one source that may wait: of a device, any more would come too late; of what waits itself, a batch. */
const WAITING = { live: 2, patient: BATCH }

/**
 * Until all sources have ended or `signal` is aborted. A source that fails ends alone.
 *
 * @throws Problem of the run, of the known sounds, and of sources that cannot be opened, before anything is heard
 */
export async function listen(options: ListenOptions): Promise<Listened> {
  const { signal, sources, known, label, count, tell = () => {} } = options
  setMaxListeners(sources.length + 10, signal) // each source waits for it; Node warns of more than ten
  const opened = sources.map(name => openSource(name, signal, tell))
  const found = findCheckpoint(options.run)
  const { graph, statistics, readout: usual } = found.checkpoint
  const stages = await loadStages(graph.stageFiles)
  const inference = inferenceGraph(graph, stages, encoderIn(options.layer))
  const readout = chosenReadout({ ...options, level: 'clip' }, usual)
  const fitted = readout?.fit && readFitted(found.tensors, readout)
  const thread = await startTrained(found)
  try {
    const reading = await readingOf(options, inference, readout?.fit && !fitted ? undefined : readout, thread, fitted)
    const window = options.window ?? lengthHeard(inference)
    const { mel } = logMelNode(inference, stages)
    const sizes = await batchSizes(reading.output, sizeOf(itemShape(inference.port)!.shape))
    const encoder = new LiveEncoder({ inference, stages, statistics, reading, mel, hop: options.hop, sizes })
    await encoder.rehearse(window)
    const dimensions = reading.dimensions('clip')
    const made = { 'earshot.content': 'embedding', 'earshot.hop': String(options.hop) }
    const metadata = { ...embeddingMetadata(found.checkpoint, inference), ...reading.metadata, ...made }
    const listener = { file: options.run, dimensions, metadata }
    const compare = known === undefined ? undefined : await readKnown({ file: known, label, count, listener, tell })
    options.onReady?.({ dimensions, window, metadata })
    const listened: Listened = { windows: 0, dropped: {}, unusable: {}, failed: [] }
    await Promise.all(opened.map(source => follow(source, { ...options, window }, encoder, compare, listened)))
    return listened
  } finally {
    await thread.close()
  }
}

async function follow(
  source: SoundSource,
  { window, hop, drop, signal, onHeard }: ListenOptions & { window: number },
  encoder: LiveEncoder,
  compare: ((embedding: Float32Array) => Comparison) | undefined,
  listened: Listened,
): Promise<void> {
  const { name } = source
  const drops = source.live || drop === true
  const most = drops ? WAITING.live : WAITING.patient
  const underWay: Promise<void>[] = []
  let waiting = 0
  try {
    for await (const { start, end, arrived, ...sound } of windowsOf(source.blocks, { length: window, hop })) {
      if (waiting >= most && drops) {
        listened.dropped[name] = (listened.dropped[name] ?? 0) + 1
        continue
      }
      if (waiting >= most) await underWay[0]
      waiting++
      const tell = (embedding: Float32Array) => {
        listened.windows++
        const latency = performance.now() - arrived
        onHeard({ source: name, start, end, embedding, latency, ...compare?.(embedding) })
      }
      const refuse = (error: unknown) => {
        if (!(error instanceof Problem || error instanceof RangeError)) throw error
        listened.unusable[name] = { count: (listened.unusable[name]?.count ?? 0) + 1, reason: error.message }
      }
      const heard = encoder
        .embed(sound)
        .then(tell, refuse)
        .finally(() => {
          waiting--
          void underWay.shift()
        })
      heard.catch(() => {}) // told by whoever waits for it
      underWay.push(heard)
      if (signal.aborted) break
    }
    await Promise.all(underWay)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    listened.failed.push({ source: name, problem: error })
  }
}

/** Seconds of sound that the encoder reads at once, and no less than what shorter sounds are repeated to. */
function lengthHeard({ graph, cuts }: ReturnType<typeof inferenceGraph>): number {
  const [first] = cuts
  const least = Math.max(0, ...graph.nodes.map(({ parameters }) => Number(parameters['at-least'] ?? 0)))
  if (!first && least === 0)
    throw new Problem('bad-option', 'This encoder hears whole clips of any length: say how long a window is.', {
      hint: 'Add --window 1s.',
    })
  const { length, second } = first ? gridOf(first.port) : { length: 0, second: 1 }
  return Math.max(least, length * second)
}
