/** Every embedding of a clip, where a file has several rows a clip: patches, or frames. */
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import type { Matrix } from '../../statistics/products.js'
import { standardiseRows } from '../../statistics/standardise.js'
import type { Division } from './folds.js'

export interface Frames {
  /** The frames of one clip after those of the other, x D. */
  matrix: Matrix
  /** First frame of each clip, and behind the last clip the number of all: clips + 1. */
  starts: Int32Array
}

/** Frames of a clip that are kept; of more, as many evenly spaced ones. */
export const MOST_FRAMES = 512

/** @param clips names of the clips that are wanted, in that order; each is in the file */
export async function readFrames(file: string, clips: readonly string[]): Promise<Frames> {
  const source = await openEmbeddings(file)
  try {
    const { dimensions } = source
    const numbers = new Map(clips.map((clip, at) => [clip, at]))
    const held = new Int32Array(clips.length)
    for await (const batch of source.batches())
      for (const clip of batch.clips) if (numbers.has(clip)) held[numbers.get(clip)!]! += 1
    const starts = new Int32Array(clips.length + 1)
    held.forEach((count, at) => {
      starts[at + 1] = starts[at]! + Math.min(count, MOST_FRAMES)
    })
    const rows = starts.at(-1)!
    const matrix = { rows, columns: dimensions, values: new Float64Array(rows * dimensions) }
    const seen = new Int32Array(clips.length)
    for await (const { clips: names, embedding } of source.batches())
      names.forEach((name, row) => {
        const at = numbers.get(name)
        if (at === undefined) return
        const share = Math.min(1, MOST_FRAMES / held[at]!)
        const place = Math.floor(seen[at]! * share)
        const first = seen[at] === 0 || place > Math.floor((seen[at]! - 1) * share)
        seen[at]! += 1
        const own = embedding.subarray(row * dimensions, (row + 1) * dimensions)
        if (first) matrix.values.set(own, (starts[at]! + place) * dimensions)
      })
    return { matrix, starts }
  } finally {
    await source.close()
  }
}

/** Whether any clip has more frames than one. */
export const severalEach = ({ matrix, starts }: Frames) => matrix.rows > starts.length - 1

/** Both parts of a division, every dimension standardised by the frames that are trained on. */
export function standardiseFrames(
  { matrix, starts }: Frames,
  { train, test }: Division,
): { train: Frames; test: Frames } {
  const framesOf = (clips: readonly number[]) =>
    clips.flatMap(clip => Array.from({ length: starts[clip + 1]! - starts[clip]! }, (_, t) => starts[clip]! + t))
  const startsOf = (clips: readonly number[]) => {
    const own = new Int32Array(clips.length + 1)
    clips.forEach((clip, at) => {
      own[at + 1] = own[at]! + starts[clip + 1]! - starts[clip]!
    })
    return own
  }
  const scaled = standardiseRows(matrix, { train: framesOf(train), test: framesOf(test) })
  return {
    train: { matrix: scaled.train, starts: startsOf(train) },
    test: { matrix: scaled.test, starts: startsOf(test) },
  }
}

export interface Padded {
  /** Frames of the longest of the clips. */
  length: number
  /** Number of each frame, clips x length; 0 where a clip has no more. */
  at: Int32Array
  /** 1 where there is a frame, else 0. */
  there: Float32Array
}

/** Where the frames of some clips lie, as a rectangle. */
export function padded({ starts }: Frames, clips: Int32Array): Padded {
  const length = clips.reduce((most, clip) => Math.max(most, starts[clip + 1]! - starts[clip]!), 0)
  const at = new Int32Array(clips.length * length)
  const there = new Float32Array(at.length)
  clips.forEach((clip, row) => {
    for (let t = 0; t < starts[clip + 1]! - starts[clip]!; t++) {
      at[row * length + t] = starts[clip]! + t
      there[row * length + t] = 1
    }
  })
  return { length, at, there }
}
