/** The figures of a sweep's evaluations: of clips with one class each, and of clips with any number of classes. */
import { ranking } from '../statistics/ranking.js'
import { unitScores } from '../statistics/unit-scores.js'
import { inPercent, signed } from '../terminal/numbers.js'

/** In the order in which they count: arms are compared by the first that there is. */
const METRICS = ['log-loss', 'balanced accuracy', 'accuracy', 'mAP', 'lwlrap'] as const

export type Metric = (typeof METRICS)[number]

/** Whether less of it is better. */
export const isLower = (metric: Metric) => metric === 'log-loss'

/** How a figure and a difference are written: shares in percent, the log-loss in nats a clip. */
export const writing = (metric: Metric) =>
  metric === 'log-loss'
    ? { level: (nats: number) => nats.toFixed(3), change: (nats: number) => `${nats < 0 ? '' : '+'}${nats.toFixed(3)}` }
    : { level: inPercent, change: signed }

/** What is tested: classes and unit of each clip, counted from 0. */
interface Tested {
  sets: readonly (readonly number[])[]
  classes: number
  units: Int32Array
  unitCount: number
}

/** Figures under each weighing of the units. */
export type Scorer = (weights: readonly ArrayLike<number>[]) => Partial<Record<Metric, Float64Array>>

/** Those that every scorer gives, the first first. */
export function metricsOf(scorers: readonly Scorer[]): Metric[] {
  const given = scorers.map(scorer => scorer([]))
  return METRICS.filter(metric => given.every(figures => figures[metric]))
}

export interface Answers {
  /** Names of the classes that scores are for. */
  columns: readonly string[]
  /** The class of each clip, or its scores, one a column. */
  answers: readonly (string | number[])[]
  /** -ln of the probability that each clip's class was given, in nats; where there are probabilities. */
  losses: readonly number[] | undefined
}

interface Scores {
  /** What guessing gets, in balanced accuracy or mAP. */
  chance(tested: Tested): number
  scorer(tested: Tested, classes: readonly string[], answers: Answers): Scorer
}

/** Clips of one class each. */
export const CLASS_SCORES: Scores = {
  chance: ({ classes }) => 1 / classes,
  scorer: ({ sets, ...rest }, classes, { answers, losses }) => {
    const labels = sets.map(([label]) => label!)
    const right = Uint8Array.from(answers, (answer, at) => Number(answer === classes[labels[at]!]))
    return weights => {
      const { balanced, plain } = unitScores({ labels, ...rest }, right, weights)
      return {
        ...(losses && { 'log-loss': unitScores({ labels, ...rest }, losses, weights).plain }),
        ...{ 'balanced accuracy': balanced, accuracy: plain },
      }
    }
  },
}

/** Clips of any number of classes; a class that no clip is left of is left out of the mAP. */
export const RANKING_SCORES: Scores = {
  chance: ({ sets, classes }) => sets.flat().length / sets.length / classes,
  scorer: ({ sets, units }, classes, { columns, answers }) => {
    const from = classes.map(name => columns.indexOf(name))
    const values = Float64Array.from(answers.flatMap(scores => from.map(at => Number(scores[at]))))
    const truth = { sets, classes: classes.length, exclusive: false }
    const measure = ranking({ rows: sets.length, columns: classes.length, values }, truth)
    return weights => {
      const figures = weights.map(own => measure(Array.from(units, unit => own[unit]!)))
      return {
        mAP: Float64Array.from(figures, ({ map }) => map),
        lwlrap: Float64Array.from(figures, ({ lwlrap }) => lwlrap),
      }
    }
  },
}
