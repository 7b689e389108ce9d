/** How well scores rank: for clips that may have any number of classes. */
import type { Matrix } from './products.js'
import type { Truth } from './truth.js'

export interface RankingScore {
  /** Mean over the classes of average precision. Chance is about the mean share of clips that have a class. */
  map: number
  /** Mean over the classes of d' = √2 Φ⁻¹(area under the ROC curve). Chance is 0. */
  dPrime: number
  /** Label-weighted label-ranking average precision. */
  lwlrap: number
}

/**
 * Scores of clips, made ready to be judged under many weights of the clips.
 *
 * Average precision is Σ (R_n - R_(n-1)) P_n over falling thresholds, equal scores at once, as scikit-learn's
 * average_precision_score. The area is kept half a pair away from 0 and 1, where d' would be infinite (Macmillan and
 * Kaplan, Psychological Bulletin 98, 1985). lwlrap (DCASE 2019, task 2) is label_ranking_average_precision_score with
 * each clip weighing as many as it has labels. A class that no clip has, or every clip (d' only), is left out.
 *
 * @param scores clips x classes, higher is likelier; @param truth of the same clips
 * @returns the score; `weights` says how often each clip counts, once if absent
 */
export function ranking(scores: Matrix, truth: Truth): (weights?: ArrayLike<number>) => RankingScore {
  const classes = Array.from({ length: truth.classes }, (_, c) => sortedClass(scores, truth, c))
  const labels = labelPrecision(scores, truth)
  return weights => {
    let [precision, ranked, distance, told] = [0, 0, 0, 0]
    for (const one of classes) {
      const { positive, negative, average, area } = curves(one, weights)
      if (positive > 0) {
        precision += average
        ranked++
      }
      if (positive > 0 && negative > 0) {
        const half = 0.5 / (positive * negative)
        distance += Math.SQRT2 * probit(Math.min(1 - half, Math.max(half, area)))
        told++
      }
    }
    return {
      map: ranked ? precision / ranked : 0,
      dPrime: told ? distance / told : 0,
      lwlrap: labels(weights),
    }
  }
}

/** Average precision of each class; undefined for a class that no clip has. */
export function averagePrecisions(scores: Matrix, truth: Truth): (number | undefined)[] {
  return Array.from({ length: truth.classes }, (_, c) => {
    const { positive, average } = curves(sortedClass(scores, truth, c))
    return positive > 0 ? average : undefined
  })
}

interface SortedClass {
  /** Clips by falling score. */
  order: Uint32Array
  /** 1 where the clip at that place has the class. */
  has: Uint8Array
  /** 1 where the next place has a lower score, or there is none. */
  ends: Uint8Array
}

function sortedClass({ rows, columns, values }: Matrix, { sets }: Truth, c: number): SortedClass {
  const scoreOf = (row: number) => values[row * columns + c]!
  const order = Uint32Array.from({ length: rows }, (_, row) => row).sort((a, b) => {
    const [one, other] = [scoreOf(a), scoreOf(b)]
    return one === other ? 0 : other > one ? 1 : -1
  })
  const has = Uint8Array.from(order, row => Number(sets[row]!.includes(c)))
  const ends = Uint8Array.from(order, (row, at) => Number(at === rows - 1 || scoreOf(row) !== scoreOf(order[at + 1]!)))
  return { order, has, ends }
}

function curves({ order, has, ends }: SortedClass, weights?: ArrayLike<number>) {
  let [hits, misses, groupHits, groupMisses, average, area] = [0, 0, 0, 0, 0, 0]
  for (let at = 0; at < order.length; at++) {
    const weight = weights ? weights[order[at]!]! : 1
    if (has[at]) groupHits += weight
    else groupMisses += weight
    if (!ends[at]) continue
    area += groupMisses * (hits + groupHits / 2)
    hits += groupHits
    misses += groupMisses
    if (groupHits > 0) average += (groupHits * hits) / (hits + misses)
    groupHits = 0
    groupMisses = 0
  }
  return { positive: hits, negative: misses, average: average / hits, area: area / (hits * misses) }
}

/** Per clip the sum over its labels of the precision at that label's rank, and their number. */
function labelPrecision({ columns, values }: Matrix, { sets }: Truth): (weights?: ArrayLike<number>) => number {
  const sums = sets.map((set, row) => {
    const own = values.subarray(row * columns, (row + 1) * columns)
    return set.reduce((sum, label) => {
      const reached = (c: number) => own[c]! >= own[label]!
      let rank = 0
      for (let c = 0; c < columns; c++) rank += Number(reached(c))
      return sum + set.filter(reached).length / rank
    }, 0)
  })
  return weights => {
    let [sum, count] = [0, 0]
    sets.forEach((set, row) => {
      const weight = weights ? weights[row]! : 1
      sum += weight * sums[row]!
      count += weight * set.length
    })
    return count ? sum / count : 0
  }
}

/** Φ(x), by its Taylor series about 0 in full double precision (Marsaglia, Journal of Statistical Software 11(4), 2004). */
export function normalShare(x: number): number {
  if (Math.abs(x) > 8.3) return x > 0 ? 1 : 0
  let [sum, term] = [x, x]
  for (let k = 3; sum + term !== sum || k === 3; k += 2) {
    term *= (x * x) / k
    sum += term
  }
  return 0.5 + sum * density(x)
}

const density = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)

/** Φ⁻¹(p) for 0 < p < 1 by Newton's steps from 0, which approach it from one side: Φ is concave above 0. */
export function probit(p: number): number {
  if (p < 0.5) return -probit(1 - p)
  let x = 0
  for (let step = 0; step < 100; step++) {
    const change = (p - normalShare(x)) / density(x)
    x += change
    if (change < 1e-12) break
  }
  return x
}
