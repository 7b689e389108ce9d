/** Which median and which thresholds suit a frame classifier, by annotated sounds that are not reported on. */
import type { ClassEvent } from '../../../stages/audio/activity.js'
import { joined } from '../../../stages/sample-arrays.js'
import { eventCounts, fScores } from './event-counts.js'
import type { HeardMoments } from './hear-moments.js'
import { eventsAbove, medianFiltered } from './moments.js'
import { fitThresholds } from './thresholds.js'

/** Lengths of the median that are tried, in moments, as far as they are shorter than a second. */
const MEDIANS = [1, 3, 5, 7, 9, 13, 17, 21]

/** The median and thresholds with the highest event-based F1, mean over classes; thresholds are fitted to moments. */
export function tuned(
  clips: readonly (HeardMoments & { known: readonly ClassEvent[] })[],
  classes: number,
  moment: number,
): { median: number; thresholds: number[] } {
  const targets = joined(clips.map(({ edges, known }) => heardIn(edges, known, classes)))
  const tried = MEDIANS.filter(length => length === 1 || length * moment < 1).map(median => {
    const filtered = clips.map(({ edges, logits }) => medianFiltered({ edges, classes, values: logits }, median))
    const thresholds = Array.from(
      fitThresholds({ logits: joined(filtered.map(({ values }) => values)), targets, classes }),
    )
    const counts = filtered.map((moments, at) =>
      eventCounts()(clips[at]!.known, eventsAbove(moments, thresholds), classes),
    )
    return { median, thresholds, score: fScores(counts).macro }
  })
  return tried.reduce((best, one) => (one.score > best.score ? one : best))
}

/** 1 where an event covers the middle of a moment: moments x classes. */
function heardIn(edges: readonly number[], known: readonly ClassEvent[], classes: number): Float32Array {
  const heard = new Float32Array((edges.length - 1) * classes)
  for (let moment = 0; moment < edges.length - 1; moment++) {
    const middle = (edges[moment]! + edges[moment + 1]!) / 2
    for (const { onset, offset, class: own } of known)
      if (middle >= onset && middle < offset) heard[moment * classes + own] = 1
  }
  return heard
}
