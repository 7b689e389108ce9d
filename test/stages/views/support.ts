import { readFileSync } from 'node:fs'
import { keyedDraws, streamOf } from '../../../graphs/streams/draws.js'
import type { ItemStage, Stage } from '../../../stages/contract.js'
import type { PatchPort, Port } from '../../../stages/ports.js'
import type { Bank, Draws, LogMel, Rng, Statistics } from '../../../stages/values.js'
import { fc } from '../../properties.js'

/** Values made by `test/fixtures/<name>/make.py`. */
export function fixture<Values>(name: string): Values {
  return JSON.parse(readFileSync(`test/fixtures/${name}/cases.json`, 'utf8')) as Values
}

export const logMelPort: Port = { kind: 'logmel', rate: 16000, hop: 160, bands: 8 }
export const patchPort: PatchPort = { kind: 'patch', rate: 16000, hop: 160, bands: 8, frames: 12 }
export const PATCH_SIZE = patchPort.frames * patchPort.bands

/** Log10 power patches of 12 frames x 8 bands. */
export const patches = () =>
  fc
    .array(fc.double({ min: -6, max: 3, noNaN: true }), { minLength: PATCH_SIZE, maxLength: PATCH_SIZE })
    .map(values => Float32Array.from(values))

/** Streams of random numbers. */
export const streams = (): fc.Arbitrary<Rng> => fc.string().map(streamOf)

export const draws = (item = 'clip', lane?: string, seed = 0): Draws =>
  keyedDraws({ seed, node: 'node', epoch: 0, item, ...(lane === undefined ? {} : { lane }) })

/** The port that leaves a stage. */
export function outOf(stage: Stage, given: object, ports: Record<string, Port>): Port {
  const { parameters, out } = stage as ItemStage
  return out(ports, parameters.parse(given))
}

/** Runs a per-item stage as the runtime does: parameters through the schema, then the work on one item. */
export function runItem(
  stage: Stage,
  given: object,
  ports: Record<string, Port>,
  item: Record<string, unknown>,
): unknown {
  const { parameters, out, work } = stage as ItemStage
  const parsed = parameters.parse(given)
  const named = { clip: { id: 'clip', path: '/clip.wav', labels: {} }, rng: draws(), count: () => {}, ...item }
  return work(parsed, { ...ports, out: out(ports, parsed) })(named)
}

/** A log-mel spectrogram held in memory. */
export function melOf(values: Float32Array, bands = patchPort.bands): LogMel {
  const frames = values.length / bands
  return {
    frames,
    bands,
    read: (start, count) => {
      if (start < 0 || start + count > frames) throw new RangeError(`frames ${start}+${count} of ${frames}`)
      return values.slice(start * bands, (start + count) * bands)
    },
  }
}

/** A bank that gives the same spectrograms at each draw, in order, and keeps what it was asked. */
export function bankOf(mels: LogMel[], statistics: Statistics = { mean: 0, deviation: 1 }) {
  const asked: { count: number; not: string }[] = []
  const bank: Bank<LogMel> = {
    draw: async (count, { not }) => {
      asked.push({ count, not })
      return mels.slice(0, count)
    },
    drawn: async () => [],
    statistics: () => statistics,
  }
  return { bank, asked }
}

export const energy = (log: Float32Array) => log.reduce((sum, value) => sum + 10 ** value, 0)

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Infinity
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!))
  return largest
}
