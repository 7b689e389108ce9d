/**
 * Polyphonic sound detection score (Bilen et al., ICASSP 2020): detections over all thresholds, as an area. Exact, as in
 * Ebbers et al., ICASSP 2022: each clip says at which of its own scores its counts change.
 */
import type { ClassEvent } from '../../../stages/audio/activity.js'
import { type Moments, stretchesAbove } from './moments.js'

export interface Scenario {
  /** Share of a detection that has to lie in events of its class; else it is a false one. */
  detection: number
  /** Share of an event that such detections have to cover. */
  event: number
  /** Share of a false detection in events of another class from which it counts as taken for that one. */
  crossTrigger?: number
  /** How much mean cross-triggers count beside false detections. */
  crossWeight?: number
  /** How much the deviation between classes counts. */
  spreadWeight: number
}

/** The two of DCASE 2021-2024, task 4: when is it heard, and what is heard. */
export const SCENARIOS: Readonly<Record<'psds1' | 'psds2', Scenario>> = {
  psds1: { detection: 0.7, event: 0.7, spreadWeight: 1 },
  psds2: { detection: 0.1, event: 0.1, crossTrigger: 0.3, crossWeight: 0.5, spreadWeight: 1 },
}

export interface HeardClip {
  moments: Moments
  known: readonly ClassEvent[]
  seconds: number
}

/**
 * From 0 to 1, of the classes that have an event, with each clip weighing what the measure is told: 1 if nothing.
 *
 * @param most false detections an hour up to which the area goes
 */
export function psds(clips: readonly HeardClip[], classes: number, scenario: Scenario, most = 100): Measure {
  const changes = Array.from({ length: classes }, (_, own) =>
    clips
      .flatMap((clip, at) => changesOf(clip, own, scenario, classes).map(change => ({ ...change, at })))
      .sort((a, b) => b.score - a.score),
  )
  const ofClass = (own: number) => clips.map(({ known }) => known.filter(event => event.class === own))
  const events = [...changes.keys()].map(own => ofClass(own).map(({ length }) => length))
  const lengths = [...changes.keys()].map(own => ofClass(own).map(lengthOf))
  const seconds = clips.map(clip => clip.seconds)
  return (weights = clips.map(() => 1)) => {
    const sum = (values: readonly number[]) => values.reduce((total, value, at) => total + weights[at]! * value, 0)
    const hours = sum(seconds) / 3600
    const hoursOf = Float64Array.from(lengths, own => sum(own) / 3600)
    const curves = changes.flatMap((own, at) =>
      hoursOf[at] === 0 ? [] : [curveOf(own, weights, { events: sum(events[at]!), hours, hoursOf, scenario, most })],
    )
    return areaBelow(curves, scenario.spreadWeight, most)
  }
}

type Measure = (weights?: ArrayLike<number>) => number

interface Point {
  /** Share of the events that are found. */
  found: number
  /** False detections an hour, cross-triggers with them. */
  rate: number
}

/** Of the mean over classes less their deviation, a step from rate to rate. */
function areaBelow(curves: readonly (readonly Point[])[], spreadWeight: number, most: number): number {
  const rates = [...new Set(curves.flatMap(curve => curve.map(({ rate }) => rate)))].sort((a, b) => a - b)
  const places = curves.map(() => -1)
  return rates.reduce((area, rate, at) => {
    const found = curves.map((curve, own) => {
      while ((curve[places[own]! + 1]?.rate ?? Number.POSITIVE_INFINITY) <= rate) places[own]!++
      return curve[places[own]!]?.found ?? 0
    })
    const middle = found.reduce((sum, share) => sum + share, 0) / curves.length
    const spread = Math.sqrt(found.reduce((sum, share) => sum + (share - middle) ** 2, 0) / curves.length)
    const height = Math.max(0, middle - spreadWeight * spread)
    return area + (height * ((rates[at + 1] ?? most) - rate)) / most
  }, 0)
}

interface Around {
  /** Of the class. */
  events: number
  hours: number
  /** Of the events of each class. */
  hoursOf: Float64Array
  scenario: Scenario
  most: number
}

interface Change {
  score: number
  counts: Tally
  /** Clip. */
  at: number
}

/** What more is found with a higher rate of false detections, as far as the area goes; both ascending. */
function curveOf(
  changes: readonly Change[],
  weights: ArrayLike<number>,
  { events, hours, hoursOf, scenario, most }: Around,
): Point[] {
  const others = hoursOf.filter(hours => hours > 0).length - 1
  const now = { right: 0, wrong: 0, crossed: 0 }
  const points: Point[] = [{ found: 0, rate: 0 }]
  changes.forEach(({ score, counts, at: clip }, at) => {
    const weight = weights[clip]!
    now.right += weight * counts.right
    now.wrong += weight * counts.wrong
    for (const [other, count] of counts.crossed.entries())
      if (count !== 0 && weight > 0) now.crossed += (weight * count) / (hoursOf[other]! * others)
    if (changes[at + 1]?.score === score) return
    const rate = now.wrong / hours + (scenario.crossWeight ?? 0) * now.crossed
    points.push({ found: now.right / Math.max(1, events), rate })
  })
  const best: Point[] = []
  for (const point of points.sort((a, b) => a.rate - b.rate || b.found - a.found))
    if (point.rate <= most && point.found > (best.at(-1)?.found ?? -1)) best.push(point)
  return best
}

interface Tally {
  right: number
  wrong: number
  /** By class. */
  crossed: Float64Array
}

/** At each score of a clip's class at which counts change, what comes to them when the threshold falls to it. */
function changesOf({ moments, known }: HeardClip, own: number, scenario: Scenario, classes: number) {
  const { values } = moments
  const scores = new Set(values.filter((_, at) => at % moments.classes === own))
  const byClass = Array.from({ length: classes }, (_, at) => known.filter(event => event.class === at))
  let before: Tally = { right: 0, wrong: 0, crossed: new Float64Array(classes) }
  return [...scores]
    .sort((a, b) => b - a)
    .map(score => {
      const after = tallyOf(stretchesAbove(moments, own, score), byClass, own, scenario)
      const last = before
      before = after
      return {
        score,
        counts: {
          right: after.right - last.right,
          wrong: after.wrong - last.wrong,
          crossed: after.crossed.map((count, at) => count - last.crossed[at]!),
        },
      }
    })
    .filter(({ counts: { right, wrong, crossed } }) => right !== 0 || wrong !== 0 || crossed.some(count => count !== 0))
}

/** To the microsecond, so that a share that is just reached is reached. */
const tidy = (seconds: number) => Math.round(seconds * 1e6) / 1e6

const shared = (one: ClassEvent, others: readonly ClassEvent[]) =>
  tidy(
    others.reduce(
      (sum, other) => sum + Math.max(0, Math.min(one.offset, other.offset) - Math.max(one.onset, other.onset)),
      0,
    ),
  )

const lengthOf = (events: readonly ClassEvent[]) => events.reduce((sum, { onset, offset }) => sum + offset - onset, 0)

function tallyOf(
  said: readonly ClassEvent[],
  known: readonly (readonly ClassEvent[])[],
  own: number,
  { detection, event, crossTrigger }: Scenario,
): Tally {
  const covers = (one: ClassEvent, others: readonly ClassEvent[], share: number) =>
    shared(one, others) >= tidy(share * lengthOf([one]))
  const relevant = said.filter(one => covers(one, known[own]!, detection))
  const wrong = said.filter(one => !relevant.includes(one))
  const crossed = Float64Array.from(known, (others, other) =>
    crossTrigger === undefined || other === own || others.length === 0
      ? 0
      : wrong.filter(one => covers(one, others, crossTrigger)).length,
  )
  return { right: known[own]!.filter(one => covers(one, relevant, event)).length, wrong: wrong.length, crossed }
}
