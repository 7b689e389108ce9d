/**
 * Is what a check tells true? On windows whose truth is known (`bench/labelling.js compose`, then embedded): after some
 * answers the ranking is checked again and again, each time by other windows drawn at random, and what is told is compared
 * with the truth: how often the interval holds it, how far the estimate is off in the mean, how wide the interval is.
 *
 *   node dist/bench/label-check.js FOLDER [--checks 200] [--rounds 5] [--json FILE]
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { deviation } from 'd3-array'
import { shuffled, streamOf } from '../graphs/streams/draws.js'
import { readIndex } from '../pipelines/embeddings/search/embedding-index.js'
import { Check, checked, layersOf, type Share } from '../pipelines/labelling/check.js'
import { learn, nextQuestion, probabilities } from '../pipelines/labelling/learner.js'
import { narrowed } from '../pipelines/labelling/windows.js'
import { mean } from '../pipelines/statistics/mean.js'
import type { Rows } from '../pipelines/statistics/products.js'
import { rounded, tellRows } from './tell-rows.js'

/** Answers before the check. */
const STAGES = [50, 200]

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    checks: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
})
const [folder] = positionals
if (!folder) throw new Error('node dist/bench/label-check.js FOLDER')
const index = await readIndex(join(folder, 'windows.arrow'))
const { rows: count } = index
const labels: string[] = JSON.parse(readFileSync(join(folder, 'windows.json'), 'utf8')).slice(0, count)
const windows = narrowed(index, [...labels.keys()])
const classes = [...new Set(labels)].filter(Boolean).sort()

interface Told extends Share {
  truth: number
}

/** Answers the truth to so many questions, the first an example of the class. */
function answered(truth: readonly boolean[], stage: number, key: string): Map<number, boolean> {
  const background = shuffled([...truth.keys()], `order ${key}`)
  const answers = new Map([[background.find(row => truth[row])!, true]])
  while (answers.size < stage) {
    const { row } = nextQuestion(scoresOf(windows, answers, background), new Set(answers.keys()), {
      turn: answers.size,
      known: true,
    })!
    answers.set(row, truth[row]!)
  }
  return answers
}

const scoresOf = (windows: Rows, answers: ReadonlyMap<number, boolean>, background: readonly number[]) =>
  probabilities(windows, learn(windows, answers, background)!)

/** What so many checks tell of one ranking, each beside the truth. */
function checks(name: string, stage: number): { precision: Told; unheard: Told }[] {
  const truth = labels.map(label => label === name)
  const answers = answered(truth, stage, name)
  const scores = scoresOf(windows, answers, shuffled([...truth.keys()], `order ${name}`))
  const known = [...answers.values()].filter(Boolean).length
  const unheard = [...truth.keys()].filter(row => !answers.has(row)).sort((a, b) => scores[b]! - scores[a]! || a - b)
  const rng = streamOf(`checks ${name} ${stage}`)
  return Array.from({ length: Number(given.checks) }, () => {
    const heard = new Set(answers.keys())
    const check = new Check(scores, heard, known)
    const drawn = Array.from({ length: Number(given.rounds) * layersOf(unheard.length).length }, () => {
      const { row, reason } = check.next(heard, () => rng.uniform())!
      heard.add(row)
      return { answer: truth[row] ? 'yes' : 'no', reason }
    })
    const { told, of } = checked(drawn)!
    const { likeliest, precision, rest } = told!
    const counted = { share: rest.share * of, low: rest.low * of, high: rest.high * of }
    return {
      precision: { ...precision, truth: mean(unheard.slice(0, likeliest), row => Number(truth[row])) },
      unheard: { ...counted, truth: unheard.filter(row => truth[row]).length },
    }
  })
}

const WHAT = [
  ['precision', 'share of the likeliest that is of the class, %', 100],
  ['unheard', 'windows of the class that nobody has heard', 1],
] as const
const rows = STAGES.flatMap(stage => {
  const told = classes.map(name => checks(name, stage))
  return WHAT.map(([what, words, unit]) => {
    const holds = told.map(some =>
      mean(some, ({ [what]: { low, truth, high } }) => Number(low <= truth && truth <= high)),
    )
    const middle = (of: (one: Told) => number) => rounded(unit * mean(told.flat(), one => of(one[what])))
    return {
      ...{ 'answers before': stage, 'what is told': words, truth: middle(({ truth }) => truth) },
      ...{
        'told in the mean': middle(({ share }) => share),
        '+-': rounded((unit * deviation(told.flat(), one => one[what].share)!) / Math.sqrt(told.flat().length)),
        from: middle(({ low }) => low),
        to: middle(({ high }) => high),
      },
      ...{ 'holds it, %': rounded(100 * mean(holds)), 'least of a class, %': rounded(100 * Math.min(...holds)) },
    }
  })
})
const asked = Number(given.rounds) * layersOf(count).length
tellRows(
  rows,
  given.json,
  `${classes.length} classes that each fill 1 % of ${count} windows, ${given.checks} checks of ${asked} answers each`,
)
