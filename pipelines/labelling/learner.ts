/**
 * What a labelling page learns after each answer, and what it asks next. It runs in the page as well as here: no import
 * of it may need Node.
 */
import { plainDesign } from '../evaluation/probes/design-matrix.js'
import { fitPath } from '../evaluation/probes/logistic-regression.js'
import { type Rows, rowsOf } from '../statistics/products.js'

/** Why a window is asked: most likely of the class; least sure. */
export type Reason = 'likely' | 'unsure'

export interface Question {
  row: number
  reason: Reason
}

/** How it learns and asks. */
export interface Manner {
  /** Inverse strength of the penalty. */
  strength: number
  /** Windows drawn at random that stand for 'no' beside those that were answered. */
  background: number
  /** Why a window is asked, question after question, in turn. */
  turns: readonly Reason[]
}

/** Others that bench/labelling.ts has tried on development kits were no better: see bench/README.md. */
export const MANNER: Manner = {
  strength: 0.01,
  background: 200,
  turns: ['likely', 'unsure', 'likely'],
}
const TOLERANCE = 1e-3

export interface Model {
  weights: Float64Array
  intercept: number
}

/**
 * Logistic regression on the windows answered, and on some drawn at random that count as 'no' as long as nobody has said
 * otherwise: most windows are of no rare class.
 *
 * @param windows rows, each column standardised over all of them
 * @param answers of windows: whether they are of the class
 * @param background windows in a random order, the same each time
 * @returns undefined as long as no window is of the class
 */
export function learn(
  windows: Rows,
  answers: ReadonlyMap<number, boolean>,
  background: readonly number[],
  manner = MANNER,
): Model | undefined {
  if (![...answers.values()].includes(true)) return undefined
  const rows = [...answers.keys(), ...background.filter(row => !answers.has(row)).slice(0, manner.background)]
  const truth = { classes: 1, exclusive: false, sets: rows.map(row => (answers.get(row) ? [0] : [])) }
  const [fit] = fitPath(plainDesign(rowsOf(windows, rows)), truth, {
    strengths: [manner.strength],
    tolerance: TOLERANCE,
  })
  return { weights: fit!.weights.values, intercept: fit!.intercepts[0]! }
}

/** How likely each window is of the class. */
export function probabilities({ rows, columns, values }: Rows, { weights, intercept }: Model): Float32Array {
  const out = new Float32Array(rows)
  for (let row = 0, from = 0; row < rows; row++, from += columns) {
    let logit = intercept
    for (let k = 0; k < columns; k++) logit += values[from + k]! * weights[k]!
    out[row] = 1 / (1 + Math.exp(-logit))
  }
  return out
}

/**
 * The window to ask about next.
 *
 * @param scores probabilities; before anything is known, any likeness to an example, or none
 * @param asked windows that were answered or skipped
 * @param turn questions so far
 * @returns undefined if all were asked
 */
export function nextQuestion(
  scores: Float32Array,
  asked: ReadonlySet<number>,
  { turn, known }: { turn: number; known: boolean },
  { turns } = MANNER,
): Question | undefined {
  const reason = known ? turns[turn % turns.length]! : 'likely'
  const wanted = reason === 'unsure' ? (score: number) => -Math.abs(score - 0.5) : (score: number) => score
  let [row, best] = [-1, Number.NEGATIVE_INFINITY]
  for (let at = 0; at < scores.length; at++) {
    const value = wanted(scores[at]!)
    if (value > best && !asked.has(at)) [row, best] = [at, value]
  }
  return row < 0 ? undefined : { row, reason }
}
