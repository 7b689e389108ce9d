import { type Choose, inRandomOrder } from '../random-order.js'
import { largest, type Part, type SplitClip, type Unit, unitsOf } from './parts.js'

/**
 * Parts with the same share of every class, for one or several classes a clip: the class with the fewest clips left
 * goes first, each of its clips to the part that lacks most of this class, then to the one that lacks most clips
 * (Sechidis, Tsoumakas, Vlahavas, "On the Stratification of Multi-Label Data", ECML PKDD 2011, algorithm 1). Groups
 * that are kept whole count with all their clips, the largest first.
 *
 * @returns number of its part, by clip
 */
export function iterativeStratification(
  clips: readonly SplitClip[],
  parts: readonly Part[],
  { keepGroups, choose }: { keepGroups: boolean; choose: Choose },
): number[] {
  const left = new Set<Unit>(inRandomOrder(unitsOf(clips, { keepGroups }), choose))
  const holders = unitsByClass(clips, left)
  const remaining = countClasses(clips, clips.keys())
  const lacking = parts.map(({ share }) => share * clips.length)
  const lackingOf = new Map([...remaining].map(([name, count]) => [name, parts.map(({ share }) => share * count)]))
  const assigned = new Array<number>(clips.length)

  const assign = (unit: Unit, part: number) => {
    left.delete(unit)
    lacking[part]! -= unit.length
    for (const clip of unit) assigned[clip] = part
    for (const [name, count] of countClasses(clips, unit)) {
      lackingOf.get(name)![part]! -= count
      remaining.set(name, remaining.get(name)! - count)
    }
  }

  for (let name = rarest(remaining); name !== undefined; name = rarest(remaining)) {
    const units = holders.get(name)!.filter(unit => left.has(unit))
    for (const unit of units.sort((a, b) => b.length - a.length)) {
      const wanted = lackingOf.get(name)!
      const most = Math.max(...wanted)
      const among = lacking.map((lack, part) => (wanted[part]! >= most - 1e-9 ? lack : Number.NEGATIVE_INFINITY))
      assign(unit, largest(among, choose))
    }
  }
  for (const unit of left) assign(unit, largest(lacking, choose))
  return assigned
}

function unitsByClass(clips: readonly SplitClip[], units: Iterable<Unit>): Map<string, Unit[]> {
  const holders = new Map<string, Unit[]>()
  for (const unit of units) {
    for (const name of countClasses(clips, unit).keys()) {
      const known = holders.get(name)
      if (known) known.push(unit)
      else holders.set(name, [unit])
    }
  }
  return holders
}

function countClasses(clips: readonly SplitClip[], numbers: Iterable<number>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const clip of numbers)
    for (const name of new Set(clips[clip]!.classes)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** The class with the fewest clips that are not assigned; undefined once there is none. */
function rarest(remaining: ReadonlyMap<string, number>): string | undefined {
  let found: string | undefined
  for (const [name, count] of remaining)
    if (count > 0 && (found === undefined || count < remaining.get(found)!)) found = name
  return found
}
