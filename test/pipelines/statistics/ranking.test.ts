import { readFileSync } from 'node:fs'
import test from 'ava'
import { logisticRegression } from '../../../pipelines/evaluation/probes/logistic-regression.js'
import { nearestNeighbours } from '../../../pipelines/evaluation/probes/nearest-neighbours.js'
import { type Matrix, rowsOf } from '../../../pipelines/statistics/products.js'
import {
  averagePrecisions,
  normalShare,
  probit,
  type RankingScore,
  ranking,
} from '../../../pipelines/statistics/ranking.js'
import { type Truth, truthOfRows } from '../../../pipelines/statistics/truth.js'
import { fc, testProp } from '../../properties.js'

interface Cases {
  probit: { p: number[]; x: number[] }
  ranked: Record<string, Ranked>
  fitted: Record<string, Fitted>
}
interface Ranked {
  truth: number[][]
  scores: number[][]
  weights: number[]
  plain: RankingScore & { average: number[] }
  weighted: RankingScore & { average: number[] }
}
interface Fitted {
  width: number
  classes: number
  truth: number[][]
  features: number[][]
  fits: { C: number; logits: number[][] }[]
  votes: number[][]
}
const cases: Cases = JSON.parse(readFileSync('test/fixtures/multi-label/cases.json', 'utf8'))

const truthOf = (rows: readonly number[][]): Truth => ({
  classes: rows[0]!.length,
  sets: rows.map(row => row.flatMap((has, c) => (has ? [c] : []))),
  exclusive: false,
})
const matrixOf = (rows: readonly number[][]): Matrix => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
})
const close = (one: number, other: number, within: number) => Math.abs(one - other) <= within

test('quantiles of the normal distribution are those of SciPy', t => {
  cases.probit.p.forEach((p, at) => {
    t.true(close(probit(p), cases.probit.x[at]!, 1e-6), `${p}`)
    t.true(close(normalShare(cases.probit.x[at]!), p, 1e-12), `${p}`)
  })
})

for (const [name, one] of Object.entries(cases.ranked)) {
  test(`${name} scores: mAP, d' and lwlrap are those of scikit-learn, also with weights`, t => {
    const judged = ranking(matrixOf(one.scores), truthOf(one.truth))
    for (const [expected, got] of [
      [one.plain, judged()],
      [one.weighted, judged(one.weights)],
    ] as const)
      for (const metric of ['map', 'dPrime', 'lwlrap'] as const)
        t.true(close(got[metric], expected[metric], 1e-6), `${metric}: ${got[metric]} for ${expected[metric]}`)
    averagePrecisions(matrixOf(one.scores), truthOf(one.truth)).forEach((average, c) => {
      t.true(close(average!, one.plain.average[c]!, 1e-6))
    })
  })
}

/** As in make.py: every fourth clip is tested. */
function divided({ features, truth }: Fitted) {
  const rows = features.map((_, row) => row)
  const [known, asked] = [rows.filter(row => row % 4 !== 3), rows.filter(row => row % 4 === 3)]
  const all = matrixOf(features)
  return { train: rowsOf(all, known), test: rowsOf(all, asked), truth: truthOfRows(truthOf(truth), known) }
}

for (const [name, one] of Object.entries(cases.fitted)) {
  const { train, test: asked, truth } = divided(one)

  test(`${name}: each class against the rest as scikit-learn fits it, at every strength`, async t => {
    const strengths = one.fits.map(({ C }) => C)
    const found = await logisticRegression(train, truth, asked, { strengths, tolerance: 1e-8 })
    found.forEach((logits, at) => {
      one.fits[at]!.logits.flat().forEach((logit, place) => {
        t.true(close(logits.values[place]!, logit, 1e-4), `C ${strengths[at]}: ${logits.values[place]} for ${logit}`)
      })
    })
  })

  test(`${name}: votes of the neighbours are those of scikit-learn`, async t => {
    const [votes] = await nearestNeighbours(train, truth, asked, [5])
    t.deepEqual([...votes!.values].map(Math.round), one.votes.flat())
  })
}

test('a class that no clip or every clip of training has is scored without a fit', async t => {
  const { train, test: asked, truth } = divided(cases.fitted.tall!)
  const sets = truth.sets.map(set => [...set.filter(c => c !== 1 && c !== 2), 2])
  const [logits] = await logisticRegression(train, { ...truth, sets }, asked, { strengths: [1], tolerance: 1e-6 })
  t.deepEqual([...logits!.values.slice(1, 3)], [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  t.true(Number.isFinite(logits!.values[0]!))
})

const ranked = fc
  .array(
    fc.tuple(
      fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 3 }),
    ),
    { minLength: 2, maxLength: 20 },
  )
  .map(clips => ({
    truth: truthOf(clips.map(([has]) => has.map(Number))),
    scores: matrixOf(clips.map(([, scores]) => scores)),
  }))

testProp('a weight of two is a clip that occurs twice', [ranked], (t, { truth, scores }) => {
  const rows = [...truth.sets.keys()]
  const weights = rows.map(row => row % 3)
  const repeated = rows.flatMap(row => Array<number>(row % 3).fill(row))
  const twice = ranking(rowsOf(scores, repeated), truthOfRows(truth, repeated))()
  const weighted = ranking(scores, truth)(weights)
  for (const metric of ['map', 'dPrime', 'lwlrap'] as const) t.true(close(twice[metric], weighted[metric], 1e-9))
})

test('scores without a mistake: mAP and lwlrap of 1, and a finite distance', t => {
  const truth = truthOf([
    [1, 0],
    [0, 1],
    [1, 1],
  ])
  const scores = matrixOf([
    [0.9, 0.1],
    [0.2, 0.8],
    [0.8, 0.9],
  ])
  const { map, dPrime, lwlrap } = ranking(scores, truth)()
  t.deepEqual([map, lwlrap], [1, 1])
  t.true(close(dPrime, Math.SQRT2 * probit(0.75), 1e-9))
})
