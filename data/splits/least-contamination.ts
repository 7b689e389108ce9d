import { group } from 'd3-array'
import type { Choose } from '../random-order.js'
import type { Contamination } from './contamination.js'
import { iterativeStratification } from './iterative-stratification.js'
import type { Part, SplitClip } from './parts.js'

/** What a clip costs, in clips: a class that a part lacks altogether costs the most. */
const COST = { within: 1, between: 0.1, unbalanced: 1, missing: 4 }
/** Rounds over all groups, units and clips; mostly three or four find nothing more. */
const ROUNDS = 20

/**
 * Parts with little within-class contamination, as the validation set of FSD50K was made (Fonseca et al., TASLP 2022),
 * at nearly the same share of every class. Begins with whole groups, stratified; then moves groups, the clips that a
 * group has of one class, and single clips as long as a move lowers the cost: clips contaminated, clips by which a
 * class misses its share, and classes without a clip in a part that should have one.
 *
 * @param clips with groups
 * @returns number of its part, by clip
 */
export function leastContamination(
  clips: readonly SplitClip[],
  parts: readonly Part[],
  { choose }: { choose: Choose },
): number[] {
  const assigned = iterativeStratification(clips, parts, { keepGroups: true, choose })
  const search = new Search(clips, parts, assigned)
  const [groups, kin] = [members(clips, clip => `${clip.group}`), members(clips, keyOf)]
  for (let round = 0; round < ROUNDS; round++) {
    let better = 0
    for (const unit of [...groups, ...kin]) if (search.improve(unit)) better++
    for (const unit of kin) better += search.improveSingly(unit)
    if (better === 0) break
  }
  return assigned
}

const keyOf = ({ group, classes }: SplitClip) => JSON.stringify([group, ...[...classes].sort()])

function members(clips: readonly SplitClip[], key: (clip: SplitClip) => string): number[][] {
  const grouped = [...clips.keys()].filter(i => clips[i]!.group !== undefined)
  return [...group(grouped, i => key(clips[i]!)).values()]
}

/** Clips of one group with the same classes: for the cost they are alike. */
interface Kin {
  classes: readonly string[]
  /** Clips by part. */
  counts: number[]
}

/** Keeps the counts by which the cost of a move is known without looking at every clip again. */
class Search {
  /** By clip: its own kin, and all the kin of its group. */
  private readonly kin: Kin[] = []
  private readonly family: Kin[][] = []
  /** Clips by class and part. */
  private readonly counts = new Map<string, number[]>()

  constructor(
    clips: readonly SplitClip[],
    private readonly parts: readonly Part[],
    private readonly assigned: number[],
  ) {
    const zeros = () => new Array<number>(parts.length).fill(0)
    const families = new Map<string, Kin[]>()
    const known = new Map<string, Kin>()
    for (const [i, clip] of clips.entries()) {
      const key = clip.group === undefined ? `${i}` : keyOf(clip)
      const kin = known.get(key) ?? { classes: [...new Set(clip.classes)], counts: zeros() }
      const family = (clip.group === undefined ? undefined : families.get(clip.group)) ?? []
      if (!known.has(key)) family.push(kin)
      known.set(key, kin)
      if (clip.group !== undefined) families.set(clip.group, family)
      this.kin.push(kin)
      this.family.push(family)
      for (const name of kin.classes) if (!this.counts.has(name)) this.counts.set(name, zeros())
      this.count(i, assigned[i]!, 1)
    }
  }

  /** Moves clips of one group to the part where they cost least. @returns whether they have been moved */
  improve(unit: readonly number[]): boolean {
    const before = unit.map(clip => this.assigned[clip]!)
    let least = this.cost(unit)
    let best: number | undefined
    for (let part = 0; part < this.parts.length; part++) {
      this.move(unit, () => part)
      const cost = this.cost(unit)
      if (cost < least - 1e-9) [least, best] = [cost, part]
    }
    this.move(unit, i => best ?? before[i]!)
    return best !== undefined
  }

  /** Moves kin one by one; of those in one part, none after one that stays. @returns how many have been moved */
  improveSingly(kin: readonly number[]): number {
    const settled = new Set<number>()
    let moved = 0
    for (const clip of kin) {
      if (settled.has(this.assigned[clip]!)) continue
      if (this.improve([clip])) moved++
      else settled.add(this.assigned[clip]!)
    }
    return moved
  }

  private move(unit: readonly number[], partOf: (i: number) => number): void {
    for (const [i, clip] of unit.entries()) {
      const part = partOf(i)
      if (part === this.assigned[clip]) continue
      this.count(clip, this.assigned[clip]!, -1)
      this.count(clip, part, 1)
      this.assigned[clip] = part
    }
  }

  private count(clip: number, part: number, more: number): void {
    const { classes, counts } = this.kin[clip]!
    counts[part]! += more
    for (const name of classes) this.counts.get(name)![part]! += more
  }

  /** Of all that a move of these clips can change: their group's contamination, and the shares of their classes. */
  private cost(unit: readonly number[]): number {
    const { within, between } = contaminated(this.family[unit[0]!]!)
    let cost = COST.within * within + COST.between * between
    for (const name of new Set(unit.flatMap(clip => this.kin[clip]!.classes))) {
      const counts = this.counts.get(name)!
      const total = sum(counts)
      for (const [part, { share }] of this.parts.entries()) {
        const wanted = share * total
        cost += COST.unbalanced * Math.abs(counts[part]! - wanted)
        if (counts[part] === 0 && wanted >= 0.5) cost += COST.missing * total
      }
    }
    return cost
  }
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)

/** What contamination.ts counts clip by clip, of one group. */
function contaminated(family: readonly Kin[]): Contamination {
  const total = { within: 0, between: 0 }
  const everywhere = family.reduce((mask, kin) => mask | partsOf(kin), 0)
  if (isSingle(everywhere)) return total
  const parts = new Map<string, number>()
  for (const kin of family) for (const name of kin.classes) parts.set(name, (parts.get(name) ?? 0) | partsOf(kin))
  for (const { classes, counts } of family)
    total[classes.every(name => isSingle(parts.get(name)!)) ? 'between' : 'within'] += sum(counts)
  return total
}

/** A bit for each part that has a clip. */
const partsOf = ({ counts }: Kin) => counts.reduce((mask, count, part) => (count > 0 ? mask | (1 << part) : mask), 0)

/** At most one bit. */
const isSingle = (mask: number) => (mask & (mask - 1)) === 0
