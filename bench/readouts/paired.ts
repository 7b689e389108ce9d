/** Balanced accuracies of several ways to describe the same clips, by seed, and paired intervals of their differences. */
import { streamOf } from '../../graphs/streams/draws.js'
import { type Interval, interval, RESAMPLES } from '../../pipelines/statistics/scores.js'
import { differenceInterval, drawCounts, meanOverSeeds, unitScores } from '../../pipelines/statistics/two-level.js'

/** 1 for each clip that was recognised, by seed; of what has no seed there is one. */
export type Recognised = readonly Uint8Array[]

export class Paired {
  readonly #units: readonly Uint32Array[]
  readonly #seeds: readonly Uint32Array[]
  readonly #tested

  constructor(name: string, labels: readonly string[], groups: readonly string[], seeds: number) {
    const [classes, units] = [[...new Set(labels)], [...new Set(groups)]]
    this.#tested = {
      labels: labels.map(label => classes.indexOf(label)),
      units: groups.map(group => units.indexOf(group)),
      classes: classes.length,
      unitCount: units.length,
    }
    const rng = streamOf(`readouts ${name}`)
    this.#units = Array.from({ length: RESAMPLES }, () => drawCounts(rng, units.length))
    this.#seeds = this.#units.map(() => drawCounts(rng, seeds))
  }

  /** In percent, the mean over seeds, and its 95 % interval. */
  figure(recognised: Recognised): { value: number; interval: Interval } {
    return { value: this.#value(recognised), interval: interval([...this.#draws(recognised)]) }
  }

  /** One less the other, in points. */
  difference(one: Recognised, other: Recognised): { value: number; interval: Interval } {
    const value = this.#value(one) - this.#value(other)
    return { value, interval: differenceInterval(this.#draws(one), this.#draws(other)) }
  }

  #value(recognised: Recognised): number {
    const once = [new Uint32Array(this.#tested.unitCount).fill(1)]
    const values = recognised.map(right => 100 * unitScores(this.#tested, right, once).balanced[0]!)
    return values.reduce((sum, value) => sum + value, 0) / values.length
  }

  #draws(recognised: Recognised): Float64Array {
    const scores = recognised.map(right => unitScores(this.#tested, right, this.#units).balanced.map(x => 100 * x))
    const [first, ...more] = scores
    return more.length === 0 ? first! : meanOverSeeds(scores, this.#seeds)
  }
}
