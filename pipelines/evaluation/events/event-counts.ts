/** How many events were found: by segments and by events (Mesaros et al., Applied Sciences 2016; as sed_eval counts). */
import type { ClassEvent } from '../../../stages/audio/activity.js'

/** Of each class: found, said without being there, missed. */
export interface Counts {
  right: Float64Array
  wrong: Float64Array
  missed: Float64Array
}

type Count = (known: readonly ClassEvent[], said: readonly ClassEvent[], classes: number) => Counts

/** Segments in which a class is heard at all, from the first to behind the last. */
export const segmentCounts =
  (seconds = 1): Count =>
  (known, said, classes) => {
    const segmentsOf = (events: readonly ClassEvent[], own: number) =>
      new Set(
        events
          .filter(event => event.class === own)
          .flatMap(({ onset, offset }) => {
            const first = Math.floor(onset / seconds)
            return Array.from({ length: Math.ceil(offset / seconds) - first }, (_, at) => first + at)
          }),
      )
    return byClass(classes, own => {
      const [there, found] = [segmentsOf(known, own), segmentsOf(said, own)]
      return [there.size, found.size, [...found].filter(segment => there.has(segment)).length]
    })
  }

/**
 * Events whose onset lies within the collar, and whose offset within the collar or half of the known event, whichever is
 * longer; each is matched once, so that as many are as can be.
 */
export const eventCounts =
  (collar = 0.2): Count =>
  (known, said, classes) =>
    byClass(classes, own => {
      const [there, found] = [known, said].map(events => events.filter(event => event.class === own)) as [
        ClassEvent[],
        ClassEvent[],
      ]
      const fits = (one: ClassEvent, other: ClassEvent) =>
        Math.abs(one.onset - other.onset) <= collar &&
        Math.abs(one.offset - other.offset) <= Math.max(collar, 0.5 * (one.offset - one.onset))
      return [
        there.length,
        found.length,
        matched(there.map(one => [...found.keys()].filter(at => fits(one, found[at]!)))),
      ]
    })

function byClass(classes: number, of: (own: number) => readonly [there: number, found: number, right: number]): Counts {
  const counts = {
    right: new Float64Array(classes),
    wrong: new Float64Array(classes),
    missed: new Float64Array(classes),
  }
  for (let own = 0; own < classes; own++) {
    const [there, found, right] = of(own)
    counts.right[own] = right
    counts.wrong[own] = found - right
    counts.missed[own] = there - right
  }
  return counts
}

/** The size of a largest matching, by augmenting paths. @param partners of each, those that fit */
function matched(partners: readonly (readonly number[])[]): number {
  const taken = new Map<number, number>()
  const find = (one: number, tried: Set<number>): boolean =>
    partners[one]!.some(other => {
      if (tried.has(other)) return false
      tried.add(other)
      if (taken.has(other) && !find(taken.get(other)!, tried)) return false
      taken.set(other, one)
      return true
    })
  return partners.filter((_, one) => find(one, new Set())).length
}

export interface FScores {
  /** Mean over the classes that are there. */
  macro: number
  /** Of all classes together. */
  micro: number
}

/** 2 right / (2 right + wrong + missed). @param weights how often each clip counts; once each if absent */
export function fScores(clips: readonly Counts[], weights?: ArrayLike<number>): FScores {
  const classes = clips[0]?.right.length ?? 0
  const sum = (of: keyof Counts, own: number) =>
    clips.reduce((total, counts, clip) => total + counts[of][own]! * (weights?.[clip] ?? 1), 0)
  const all = Array.from({ length: classes }, (_, own) => ({
    right: sum('right', own),
    wrong: sum('wrong', own),
    missed: sum('missed', own),
  }))
  const f = ({ right, wrong, missed }: (typeof all)[number]) =>
    right === 0 ? 0 : (2 * right) / (2 * right + wrong + missed)
  const there = all.filter(({ right, missed }) => right + missed > 0)
  const together = all.reduce(
    (total, one) => ({
      right: total.right + one.right,
      wrong: total.wrong + one.wrong,
      missed: total.missed + one.missed,
    }),
    { right: 0, wrong: 0, missed: 0 },
  )
  return { macro: there.reduce((total, one) => total + f(one), 0) / Math.max(1, there.length), micro: f(together) }
}
