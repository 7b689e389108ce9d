/** What the page learns and asks, without a page. */
import test from 'ava'
import { streamOf } from '../../../graphs/streams/draws.js'
import { learn, nextQuestion, probabilities } from '../../../pipelines/labelling/learner.js'
import type { Rows } from '../../../pipelines/statistics/products.js'

const rng = streamOf('learner')
const [rows, columns] = [400, 8]
const isOf = (row: number) => row % 20 === 0
const windows: Rows = {
  ...{ rows, columns },
  values: Float32Array.from(
    { length: rows * columns },
    (_, at) => rng.normal() + (at % columns === 0 && isOf(Math.floor(at / columns)) ? 5 : 0),
  ),
}
const background = Array.from({ length: rows }, (_, at) => (at * 7) % rows)

test('nothing is learned without a yes; from one, the class stands above the rest', t => {
  t.is(learn(windows, new Map([[1, false]]), background), undefined)
  const scores = probabilities(windows, learn(windows, new Map([[0, true]]), background)!)
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!)
  t.true(order.slice(0, 20).filter(isOf).length >= 15)
})

test('an answer counts for more than the background: what was said yes is likely, what was said no is not', t => {
  const scores = probabilities(
    windows,
    learn(
      windows,
      new Map([
        [0, true],
        [20, true],
        [40, false],
        [3, false],
      ]),
      background,
    )!,
  )
  t.true(scores[0]! > scores[3]!)
})

test('questions: the likeliest, the least sure; never what was asked', t => {
  const scores = Float32Array.of(0.1, 0.9, 0.52, 0.8, 0.3)
  const ask = (turn: number, asked: number[] = []) => nextQuestion(scores, new Set(asked), { turn, known: true })
  t.deepEqual(ask(0), { row: 1, reason: 'likely' })
  t.deepEqual(ask(0, [1]), { row: 3, reason: 'likely' })
  t.deepEqual(ask(1), { row: 2, reason: 'unsure' })
  t.is(ask(0, [0, 1, 2, 3, 4]), undefined)
})
