/** From what is said moment by moment to events. */
import type { ClassEvent } from '../../../stages/audio/activity.js'

/** What is said about one clip. */
export interface Moments {
  /** Seconds from the start of the clip at which each moment begins, and at which the last one ends: one more than moments. */
  edges: readonly number[]
  classes: number
  /** Moments x classes: the probability that a class is heard. */
  values: Float32Array
}

/** The median of each class over `length` moments around each; the first and last moment stand for what lies beyond them. @param length odd */
export function medianFiltered(moments: Moments, length: number): Moments {
  if (length === 1) return moments
  const { values, classes } = moments
  const count = values.length / classes
  const half = (length - 1) / 2
  const filtered = values.map((_, at) => {
    const [moment, own] = [Math.floor(at / classes), at % classes]
    const around = Float32Array.from({ length }, (_, by) => {
      const near = Math.min(count - 1, Math.max(0, moment + by - half))
      return values[near * classes + own]!
    })
    return around.sort()[half]!
  })
  return { ...moments, values: filtered }
}

/** Of one class, the stretches in which its probability is at least a threshold. */
export function stretchesAbove({ edges, classes, values }: Moments, own: number, threshold: number): ClassEvent[] {
  const found: ClassEvent[] = []
  let open: ClassEvent | undefined
  for (let moment = 0; moment < edges.length - 1; moment++) {
    if (values[moment * classes + own]! < threshold) open = undefined
    else if (open) open.offset = edges[moment + 1]!
    else {
      open = { onset: edges[moment]!, offset: edges[moment + 1]!, class: own }
      found.push(open)
    }
  }
  return found
}

/** Of all classes, each by its threshold. */
export const eventsAbove = (moments: Moments, thresholds: readonly number[]): ClassEvent[] =>
  thresholds.flatMap((threshold, own) => stretchesAbove(moments, own, threshold))
