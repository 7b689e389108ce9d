/**
 * Studies whose truth is known: units (kits, voices) and seeds are drawn, clips of the units are judged by two arms, and it
 * is counted how often 95 % intervals of the difference hold what it truly is.
 */
import { streamOf } from '../../graphs/streams/draws.js'
import { mean } from '../../pipelines/statistics/mean.js'
import { normalShare } from '../../pipelines/statistics/ranking.js'
import { drawCounts, type Interval, interval } from '../../pipelines/statistics/scores.js'
import { differenceOf, estimated, leftOut } from '../../pipelines/statistics/two-level.js'
import { type Tested, unitScores } from '../../pipelines/statistics/unit-scores.js'
import type { Rng } from '../../stages/values.js'

export interface Scenario {
  units: number
  seeds: number
  score: 'log-loss' | 'balanced accuracy'
  /** How much less an arm loses on a clip than the other, in nats. */
  effect: number
  /** Standard deviations of that over units, seeds, and both together, in nats; a clip's own is 1. */
  deviations: { unit: number; seed: number; rest: number }
}

const CLASSES = 6
/** Of a unit, from the smallest to the largest. */
const CLIPS = [20, 60] as const
/** A clip is recognised if it loses less than this, and classes are not equally hard. */
const BOUND = 0
const hardness = (label: number) => 0.4 * (label - (CLASSES - 1) / 2)
/** What both arms have in common: how hard a unit and a clip are. */
const COMMON = { unit: 0.5, clip: 1 }

export const METHODS = ['crossed effects', 'bootstrap', 'sign-flips'] as const
export type Method = (typeof METHODS)[number]

/** Share of the studies whose interval holds the truth, and that of those whose interval keeps off 0, by method. */
export function coverage(scenario: Scenario, studies: number, methods: readonly Method[] = METHODS) {
  const truth = trueDifference(scenario)
  const counts = Object.fromEntries(methods.map(method => [method, { holds: 0, tells: 0 }]))
  for (let study = 0; study < studies; study++) {
    const rng = streamOf(`coverage ${JSON.stringify(scenario)} ${study}`)
    const drawn = drawnStudy(scenario, rng)
    for (const method of methods) {
      const [low, high] = INTERVALS[method](drawn, rng)
      counts[method]!.holds += Number(low <= truth && truth <= high)
      counts[method]!.tells += Number(low > 0 || high < 0)
    }
  }
  const shares = ({ holds, tells }: { holds: number; tells: number }) => ({
    holds: holds / studies,
    tells: tells / studies,
  })
  return Object.fromEntries(methods.map(method => [method, shares(counts[method]!)])) as Record<
    Method,
    ReturnType<typeof shares>
  >
}

interface Study {
  tested: Tested
  score: 'plain' | 'balanced'
  /** By seed, of each clip: of the arm without the effect, and of the one with it. */
  values: (readonly [Float64Array, Float64Array])[]
}

function drawnStudy({ units, seeds, score, effect, deviations }: Scenario, rng: Rng): Study {
  const unitOf = Array.from({ length: units }, (_, unit) =>
    Array<number>(rng.integer(CLIPS[0], CLIPS[1] + 1)).fill(unit),
  ).flat()
  const labels = unitOf.map((_, clip) => clip % CLASSES)
  const ease = Array.from({ length: units }, () => COMMON.unit * rng.normal())
  const byUnit = ease.map(() => deviations.unit * rng.normal())
  const common = unitOf.map((unit, clip) => hardness(labels[clip]!) + ease[unit]! + COMMON.clip * rng.normal())
  const told = (loss: number) => (score === 'log-loss' ? loss : Number(loss < BOUND))
  const values = Array.from({ length: seeds }, () => {
    const bySeed = deviations.seed * rng.normal()
    const less = byUnit.map(own => effect + own + bySeed + deviations.rest * rng.normal())
    const losses = (gain: (unit: number) => number) =>
      Float64Array.from(common, (loss, clip) => told(loss - gain(unitOf[clip]!) + rng.normal()))
    return [losses(() => 0), losses(unit => less[unit]!)] as const
  })
  const tested = { labels, units: unitOf, classes: CLASSES, unitCount: units }
  return { tested, score: score === 'log-loss' ? 'plain' : 'balanced', values }
}

function trueDifference({ score, effect, deviations: { unit, seed, rest } }: Scenario): number {
  if (score === 'log-loss') return -effect
  const [plain, more] = [COMMON.unit ** 2 + COMMON.clip ** 2 + 1, unit ** 2 + seed ** 2 + rest ** 2]
  const recognised = (gain: number, variance: number) =>
    mean(
      Array.from({ length: CLASSES }, (_, label) =>
        normalShare((BOUND - hardness(label) + gain) / Math.sqrt(variance)),
      ),
    )
  return recognised(effect, plain + more) - recognised(0, plain)
}

const INTERVALS: Record<Method, (study: Study, rng: Rng) => Interval> = {
  'crossed effects': study => estimated(differences(study)).interval,
  bootstrap: ({ tested, score, values }, rng) => {
    const weights = Array.from({ length: RESAMPLES }, () => drawCounts(rng, tested.unitCount))
    const scores = values.map(arms => arms.map(arm => unitScores(tested, arm, weights)[score]))
    return interval(
      weights.map((_, at) => {
        const seeds = drawCounts(rng, values.length)
        return mean(scores, ([plain, other], seed) => seeds[seed]! * (other![at]! - plain![at]!))
      }),
    )
  },
  'sign-flips': flipped,
}

const RESAMPLES = 250

function differences({ tested, score, values }: Study) {
  const weights = leftOut(tested.unitCount)
  const [plain, other] = [0, 1].map(arm =>
    values.map(arms => {
      const [value, ...without] = unitScores(tested, arms[arm]!, weights)[score]
      return { value: value!, without: Float64Array.from(without) }
    }),
  )
  return differenceOf(other!, plain!)
}

/**
 * Differences of the units, each the mean over the seeds, whose signs are drawn anew: the interval ends where a test of that
 * difference (two-sided, 5 %) would reject it.
 */
function flipped(study: Study, rng: Rng): Interval {
  const seeds = differences(study)
  const { unitCount } = study.tested
  const own = Array.from({ length: unitCount }, (_, unit) =>
    mean(seeds, ({ value, without }) => unitCount * value - (unitCount - 1) * without[unit]!),
  )
  const signs = Array.from({ length: RESAMPLES }, () => own.map(() => (rng.uniform() < 0.5 ? -1 : 1)))
  const [middle, reach] = [mean(own), 2 * Math.max(...own.map(Math.abs), 1e-9)]
  const rejected = (truth: number) => {
    const found = Math.abs(middle - truth) - 1e-12
    const beyond = signs.filter(sign => Math.abs(mean(own, (one, unit) => sign[unit]! * (one - truth))) >= found)
    return (1 + beyond.length) / (1 + signs.length) <= 0.05
  }
  const end = (side: number) => {
    let [inside, outside] = [middle, middle + side * reach]
    for (let step = 0; step < 10; step++) {
      const between = (inside + outside) / 2
      if (rejected(between)) outside = between
      else inside = between
    }
    return outside
  }
  return [end(-1), end(1)]
}
