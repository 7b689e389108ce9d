import { z } from 'zod'
import { Problem } from '../../data/problem.js'
import { duration } from '../../data/quantities.js'
import { locateCheckpoint, locateIfThere } from '../../engine/checkpoints/find.js'
import { featureStream } from '../audio/feature-stream.js'
import { describeStage, ParameterProblem, recording } from '../contract.js'
import type { FeatureStream, Recording } from '../values.js'
import type { Processor } from './trained/processor.js'
import { separateInWindows, USUAL, type Windows } from './windows.js'

/** Seconds of a recording whose channels are held in memory, all of one processor at once. */
const HELD = 120

/** Audio processors (Fonseca et al., WASPAA 2021): what checkpoints of a separator make of each recording. */
export default describeStage({
  runsIn: 'item',
  name: 'separate',
  summary: 'Separates each recording by one or several trained separators: all their channels, kept on disk.',
  source: 'Fonseca et al., WASPAA 2021; Wisdom et al., NeurIPS 2020',
  parameters: z.strictObject({
    processors: z
      .array(z.string().min(1))
      .min(1)
      .max(64)
      .describe('runs of separators (runs/mixit), checkpoints of them (runs/mixit@500; @0 is untrained), or files'),
    sources: z.int().min(1).max(64).default(4).describe('channels of each processor'),
    window: duration({ min: 0.05, max: 600 })
      .default(USUAL.window)
      .describe('a longer recording is separated in overlapping windows of this length'),
    overlap: duration({ min: 0, max: 300 })
      .default(USUAL.overlap)
      .describe('of two windows, at least; they are cross-faded there'),
  }),
  cached: true,
  files: { processors: locateIfThere },
  in: { from: recording },
  out: ({ from }, { processors, sources, window, overlap }) => {
    if (overlap > window / 2) throw new ParameterProblem('overlap', `more than half the window of ${window} s`)
    return { kind: 'channels', of: from, count: processors.length * sources }
  },
  fits: async ({ processors, sources }, { from }) => {
    const { trainedSeparator } = await import('./trained/trained-separator.js')
    for (const named of processors)
      demandAlike(named, await trainedSeparator(locateCheckpoint(named)), sources, from.rate)
  },
  work: ({ processors, sources, window, overlap }) => {
    let opened: Promise<Processor[]> | undefined
    return async ({ from }): Promise<FeatureStream[]> => {
      opened ??= openAll(processors, sources, from.rate)
      const windows = { length: Math.round(window * from.rate), overlap: Math.round(overlap * from.rate) }
      return (await opened).flatMap(processor => channelStreams(from, processor, windows))
    }
  },
})

/** @throws Problem `wrong-processor` if it is for another number of channels or another rate; those of `openProcessor` */
async function openAll(processors: readonly string[], sources: number, rate: number): Promise<Processor[]> {
  const [{ startEngine }, { openProcessor }] = await Promise.all([
    import('../../engine/tensorflow.js'),
    import('./trained/processor.js'),
  ])
  const engine = await startEngine({})
  const opened: Processor[] = []
  for (const named of processors) {
    const processor = await openProcessor(engine, named)
    demandAlike(named, processor, sources, rate)
    opened.push(processor)
  }
  return opened
}

/** @throws Problem `wrong-processor` */
function demandAlike(named: string, own: Pick<Processor, 'count' | 'rate'>, sources: number, rate: number): void {
  if (own.count !== sources)
    throw new Problem('wrong-processor', `${named} separates into ${own.count} channels, not ${sources}.`, {
      hint: `Write sources: ${own.count} at the separate node. All its processors have as many.`,
    })
  if (own.rate !== rate)
    throw new Problem('wrong-processor', `${named} was trained at ${own.rate} Hz; the recording is at ${rate} Hz.`, {
      hint: `Write rate: ${own.rate} Hz at the waveform node, or name another separator.`,
    })
}

/**
 * One stream a channel. The channels of up to two minutes are separated together and held; of a longer recording no
 * more than a window is, and each channel separates it anew.
 */
export function channelStreams(from: Recording, { count, separate }: Processor, windows: Windows): FeatureStream[] {
  const blocks = () => separateInWindows(from.blocks(), separate, windows)
  const held = from.samples <= HELD * from.rate
  let all: Promise<Float32Array[][]> | undefined
  async function* channel(at: number): AsyncGenerator<Float32Array> {
    if (held) {
      all ??= everyBlock(blocks())
      for (const block of await all) yield block[at]!
    } else for await (const block of blocks()) yield block[at]!
  }
  return Array.from({ length: count }, (_, at) => featureStream(from, 1, () => channel(at)))
}

async function everyBlock(blocks: AsyncIterable<Float32Array[]>): Promise<Float32Array[][]> {
  const all: Float32Array[][] = []
  for await (const block of blocks) all.push(block)
  return all
}
