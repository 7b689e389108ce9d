/** Which way of validating told the truth about groups held out. */
import { streamOf } from '../../../graphs/streams/draws.js'
import { mean } from '../../statistics/mean.js'
import { type Interval, interval, RESAMPLES } from '../../statistics/scores.js'
import { type ClaimVerdict, claimVerdict } from '../../statistics/two-level.js'
import type { Method } from '../split-set.js'
import type { Draw, MethodScores } from './draw.js'

/** A mean over the draws, with its 95 % interval over resampled draws. */
export interface Mean {
  mean: number
  interval: Interval
}

/** What one draw says about one method. */
export interface Honesty {
  /** Validation score minus score on the groups held out, mean over the models. */
  optimism: number
  /** The same of the model that validation puts first. */
  promised: number
  /** Spearman's correlation of the two scores over the models. */
  rank: number
  /** On the groups held out: score of the model that is best there, minus that of the one validation chooses. */
  regret: number
}

export const FIGURES = ['optimism', 'promised', 'rank', 'regret'] as const

export interface Claim {
  claim: string
  difference: Mean
  verdict: ClaimVerdict
}

export interface ProxySummary {
  draws: number
  methods: { method: Method; contaminated: number; figures: Record<keyof Honesty, Mean> }[]
  /** Each other method against the first one, paired draw by draw. */
  claims: Claim[]
}

/** @param draws each with all the methods */
export function summariseProxies(draws: readonly Draw[], methods: readonly Method[], seed: number): ProxySummary {
  const honesty = new Map(methods.map(method => [method, draws.map(draw => honestyOf(draw.methods[method]!))]))
  const rng = streamOf(`honest proxy ${seed}`)
  const resamples = Array.from({ length: RESAMPLES }, () => draws.map(() => rng.integer(0, draws.length)))
  const once = [...draws.keys()]
  const meanOf = (method: Method, figure: keyof Honesty) => (drawn: readonly number[]) =>
    mean(drawn, at => honesty.get(method)![at]![figure])
  const about = (figure: (drawn: readonly number[]) => number): Mean => ({
    mean: figure(once),
    interval: interval(resamples.map(figure)),
  })
  const [first, ...others] = methods
  const claim = (text: string, gain: (drawn: readonly number[]) => number): Claim => {
    const difference = about(gain)
    return { claim: text, difference, verdict: claimVerdict(difference.interval) }
  }
  return {
    draws: draws.length,
    methods: methods.map(method => ({
      method,
      contaminated: mean(draws, draw => draw.methods[method]!.contaminated),
      figures: Object.fromEntries(FIGURES.map(figure => [figure, about(meanOf(method, figure))])) as Record<
        keyof Honesty,
        Mean
      >,
    })),
    claims: others.flatMap(other => [
      claim(
        `${other} misjudges less than ${first}`,
        drawn => Math.abs(meanOf(first!, 'optimism')(drawn)) - Math.abs(meanOf(other, 'optimism')(drawn)),
      ),
      claim(
        `${other} ranks models better than ${first}`,
        drawn => meanOf(other, 'rank')(drawn) - meanOf(first!, 'rank')(drawn),
      ),
      claim(
        `${other} chooses better models than ${first}`,
        drawn => meanOf(first!, 'regret')(drawn) - meanOf(other, 'regret')(drawn),
      ),
    ]),
  }
}

/** The model that validation puts first is the first of equals. */
export function honestyOf({ validation, heldOut }: Pick<MethodScores, 'validation' | 'heldOut'>): Honesty {
  const chosen = validation.indexOf(Math.max(...validation))
  const optimism = mean(validation, (value, at) => value - heldOut[at]!)
  return {
    optimism,
    promised: validation[chosen]! - heldOut[chosen]!,
    rank: correlation(ranks(validation), ranks(heldOut)),
    regret: Math.max(...heldOut) - heldOut[chosen]!,
  }
}

/** From 1, equals share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  return values.map(value => {
    const below = values.filter(other => other < value).length
    const equal = values.filter(other => other === value).length
    return below + (equal + 1) / 2
  })
}

/** Pearson's; 0 if one of them never varies. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [mean(x), mean(y)]
  const sum = (term: (at: number) => number) => x.reduce((total, _, at) => total + term(at), 0)
  const spread = Math.sqrt(sum(at => (x[at]! - a) ** 2) * sum(at => (y[at]! - b) ** 2))
  return spread > 0 ? sum(at => (x[at]! - a) * (y[at]! - b)) / spread : 0
}
