/** The figures of a sweep's evaluations: of clips with one class each, and of clips with any number of classes. */
import { ranking } from '../statistics/ranking.js'
import { unitScores } from '../statistics/two-level.js'

export type Metric = 'balanced accuracy' | 'accuracy' | 'mAP' | 'lwlrap'

/** What is tested: classes and unit of each clip, counted from 0. */
interface Tested {
  sets: readonly (readonly number[])[]
  classes: number
  units: Int32Array
  unitCount: number
}

/** Figures under each draw of units (how often each was drawn), as shares from 0 to 1. */
export type Scorer = (draws: readonly ArrayLike<number>[]) => Partial<Record<Metric, Float64Array>>

interface Answers {
  /** Names of the classes that scores are for. */
  columns: readonly string[]
  /** The class of each clip, or its scores, one a column. */
  answers: readonly (string | number[])[]
}

interface Scores {
  metrics: readonly [Metric, Metric]
  chance(tested: Tested): number
  scorer(tested: Tested, classes: readonly string[], answers: Answers): Scorer
}

/** Clips of one class each. */
export const CLASS_SCORES: Scores = {
  metrics: ['balanced accuracy', 'accuracy'],
  chance: ({ classes }) => 1 / classes,
  scorer: ({ sets, ...rest }, classes, { answers }) => {
    const labels = sets.map(([label]) => label!)
    const right = Uint8Array.from(answers, (answer, at) => Number(answer === classes[labels[at]!]))
    return draws => {
      const { balanced, accuracy } = unitScores({ labels, ...rest }, right, draws)
      return { 'balanced accuracy': balanced, accuracy }
    }
  },
}

/** Clips of any number of classes; a class that no clip of a draw has is left out of its mAP. */
export const RANKING_SCORES: Scores = {
  metrics: ['mAP', 'lwlrap'],
  chance: ({ sets, classes }) => sets.flat().length / sets.length / classes,
  scorer: ({ sets, units }, classes, { columns, answers }) => {
    const from = classes.map(name => columns.indexOf(name))
    const values = Float64Array.from(answers.flatMap(scores => from.map(at => Number(scores[at]))))
    const truth = { sets, classes: classes.length, exclusive: false }
    const measure = ranking({ rows: sets.length, columns: classes.length, values }, truth)
    return draws => {
      const figures = draws.map(counts => measure(Array.from(units, unit => counts[unit]!)))
      return {
        mAP: Float64Array.from(figures, ({ map }) => map),
        lwlrap: Float64Array.from(figures, ({ lwlrap }) => lwlrap),
      }
    }
  },
}
