/** From patches to figures: each clip is the mean of its patches, and every clip counts alike. */

import { streamOf } from '../../../graphs/streams/draws.js'
import { softmax } from '../../statistics/links.js'
import { largest } from '../../statistics/mean.js'
import { type Interval, interval, RESAMPLES, score } from '../../statistics/scores.js'
import type { Heard, ShiftedPatch } from './shifted-patches.js'
import { AXES, type Axis, SHIFTS } from './shifts.js'

/** A clip under one shift. */
export interface ClipShift {
  /** Share of its patches whose top class is that of the unshifted patch. */
  same?: number
  /** Mean cosine between the embeddings of shifted and unshifted patches. */
  cosine: number
  /** Class of the clip: the largest mean probability over its patches. */
  top?: number
}

export type ClipTally = Record<Axis, ClipShift[]>

/** Adds up the patches of one clip after the other. */
export class Tally {
  #patches = 0
  #sums = empty()

  /** @returns the clip's figures with its last patch */
  add({ heard, last }: ShiftedPatch): ClipTally | undefined {
    this.#patches++
    for (const axis of AXES) {
      const [still] = heard[axis]
      for (const [at, moved] of heard[axis].entries()) addPatch(this.#sums[axis][at]!, still!, moved)
    }
    if (!last) return undefined
    const mean = (axis: Axis) => this.#sums[axis].map(sums => meanOf(sums, this.#patches))
    const figures = { time: mean('time'), frequency: mean('frequency') }
    this.#patches = 0
    this.#sums = empty()
    return figures
  }
}

interface Sums {
  cosine: number
  same: number
  probabilities: number[] | undefined
}

const none = (): Sums[] => SHIFTS.map(() => ({ cosine: 0, same: 0, probabilities: undefined }))
const empty = (): Record<Axis, Sums[]> => ({ time: none(), frequency: none() })

function addPatch(sums: Sums, still: Heard, moved: Heard): void {
  sums.cosine += cosine(still.embedding, moved.embedding)
  if (!still.logits || !moved.logits) return
  sums.same += largest(still.logits) === largest(moved.logits) ? 1 : 0
  const probabilities = softmax(moved.logits)
  sums.probabilities = probabilities.map((share, at) => share + (sums.probabilities?.[at] ?? 0))
}

function meanOf({ cosine, same, probabilities }: Sums, patches: number): ClipShift {
  return {
    cosine: cosine / patches,
    ...(probabilities && { same: same / patches, top: largest(probabilities) }),
  }
}

/** 1 for the same direction; 1 of two zeros, 0 of one. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    ab += a[at]! * b[at]!
    aa += a[at]! ** 2
    bb += b[at]! ** 2
  }
  if (aa === 0 && bb === 0) return 1
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb)
}

export interface Estimate {
  value: number
  /** 95 %, clips or whole groups resampled. */
  interval: Interval
}

/** All clips under one shift. */
export interface ShiftFigures {
  shift: number
  /** Absent without a classifier. */
  same?: Estimate
  cosine: Estimate
  /** Clips recognised; absent without a classifier or without labels. */
  accuracy?: number
  /** The same, each class counting alike. */
  balanced?: number
}

/**
 * @param labels class of each clip; absent if they are not known
 * @param units what is resampled: the same name for clips of one group
 */
export function figuresOf(
  clips: readonly ClipTally[],
  { labels, units }: { labels?: readonly number[] | undefined; units: readonly string[] },
): Record<Axis, ShiftFigures[]> {
  const draws = resamples(units)
  const estimate = (values: readonly number[]): Estimate => ({
    value: mean(values, undefined),
    interval: interval(draws.map(weights => mean(values, weights))),
  })
  const along = (axis: Axis) =>
    SHIFTS.map((shift, at): ShiftFigures => {
      const own = clips.map(clip => clip[axis][at]!)
      const classified = own[0]?.top !== undefined
      const right = labels && own.map(({ top }, clip) => (top === labels[clip] ? 1 : 0))
      return {
        shift,
        cosine: estimate(own.map(({ cosine }) => cosine)),
        ...(classified && { same: estimate(own.map(({ same }) => same!)) }),
        ...(classified && labels && right && score(labels, right)),
      }
    })
  return { time: along('time'), frequency: along('frequency') }
}

/** How often each clip is drawn; clips of one unit go together. */
function resamples(units: readonly string[]): Float64Array[] {
  const numbers = new Map([...new Set(units)].map((unit, at) => [unit, at]))
  const rng = streamOf('consistency resamples')
  return Array.from({ length: RESAMPLES }, () => {
    const drawn = new Uint32Array(numbers.size)
    for (let draw = 0; draw < drawn.length; draw++) drawn[rng.integer(0, drawn.length)]!++
    return Float64Array.from(units, unit => drawn[numbers.get(unit)!]!)
  })
}

function mean(values: readonly number[], weights: Float64Array | undefined): number {
  let [sum, all] = [0, 0]
  for (const [at, value] of values.entries()) {
    const weight = weights ? weights[at]! : 1
    sum += weight * value
    all += weight
  }
  return sum / all
}
