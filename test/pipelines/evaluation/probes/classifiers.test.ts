import { readFileSync } from 'node:fs'
import test from 'ava'
import { classifiersOf } from '../../../../pipelines/evaluation/probes/classifiers.js'
import { topClasses } from '../../../../pipelines/evaluation/probes/judges.js'
import { perceptron, type Start, trainPerceptron } from '../../../../pipelines/evaluation/probes/perceptron.js'
import type { Matrix } from '../../../../pipelines/statistics/products.js'
import { truthOfLabels } from '../../../../pipelines/statistics/truth.js'
import { engine } from '../../../engine/started.js'

const matrixOf = (rows: readonly number[][]): Matrix => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
})

interface Trained {
  exclusive: boolean
  hidden: number
  classes: number
  batch: number
  truth: number[][]
  features: number[][]
  start: Record<keyof Start['weights'], number[]>
  logits: Record<string, number[][]>
}
const trained: Record<string, Trained> = JSON.parse(readFileSync('test/fixtures/perceptron/cases.json', 'utf8'))

for (const [name, one] of Object.entries(trained)) {
  test(`a perceptron with ${name} has the logits of PyTorch after 200 steps of Adam`, async t => {
    const points = matrixOf(one.features)
    const sets = one.truth.map(row => row.flatMap((has, c) => (has ? [c] : [])))
    const truth = { classes: one.classes, sets, exclusive: one.exclusive }
    const steps = Object.keys(one.logits).map(Number)
    const weights = Object.fromEntries(
      Object.entries(one.start).map(([weight, values]) => [weight, Float32Array.from(values)]),
    ) as Start['weights']
    const batches = cyclic(points.rows, one.batch)
    const got = await trainPerceptron(
      engine,
      { train: points, truth, test: points, steps },
      { weights, hidden: one.hidden, batches },
    )
    steps.forEach((step, at) => {
      one.logits[step]!.flat().forEach((logit, place) => {
        t.true(Math.abs(got[at]!.values[place]! - logit) < 1e-4, `step ${step}: ${got[at]!.values[place]} for ${logit}`)
      })
    })
  })
}

function* cyclic(rows: number, size: number): Generator<Int32Array> {
  for (let from = 0; ; from += size) yield Int32Array.from({ length: size }, (_, at) => (from + at) % rows)
}

test('a perceptron learns what no straight line tells apart, twice the same', async t => {
  const corners = Array.from({ length: 80 }, (_, at) => [at % 2 ? 1 : -1, at % 4 > 1 ? 1 : -1])
  const points = matrixOf(corners.map(([x, y], at) => [x! + 0.3 * Math.sin(at), y! + 0.3 * Math.cos(3 * at)]))
  const labels = corners.map(([x, y]) => Number(x! * y! > 0))
  const [few, many] = await perceptron(points, truthOfLabels(labels, 2), points, [0, 200])
  t.deepEqual([...topClasses(many!)], labels)
  t.notDeepEqual([...topClasses(few!)], labels)
  const [again] = await perceptron(points, truthOfLabels(labels, 2), points, [200])
  t.deepEqual(again, many)
})

test('a classifier of another name is a problem that names the nearest', t => {
  t.throws(() => classifiersOf(['mpl']), { message: /Did you mean 'mlp'/ })
  t.deepEqual(
    classifiersOf(['knn', 'mlp', 'knn']).map(({ name }) => name),
    ['kNN', 'MLP'],
  )
})
