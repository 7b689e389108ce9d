/** The bootstrap over units and seeds against NumPy, which repeats clips where ours weighs them. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { streamOf } from '../../../graphs/streams/draws.js'
import { interval } from '../../../pipelines/statistics/scores.js'
import {
  differenceInterval,
  drawCounts,
  meanOverSeeds,
  unitScores,
  verdictOf,
} from '../../../pipelines/statistics/two-level.js'

type Arm = 'base' | 'other'

const reference = JSON.parse(readFileSync('test/fixtures/two-level/case.json', 'utf8')) as {
  classes: number
  units: number[]
  labels: number[]
  right: Record<Arm, number[][]>
  unitDraws: number[][]
  seedDraws: number[][]
  scores: Record<Arm, { balanced: number[][]; accuracy: number[][] }>
  means: Record<Arm, number[]>
  intervals: Record<Arm, [number, number]>
  difference: [number, number]
}

const { labels, units, classes, unitDraws, seedDraws } = reference
const tested = { labels, units, classes, unitCount: unitDraws[0]!.length }

const close = (one: ArrayLike<number>, other: ArrayLike<number>) =>
  Array.from(one).every((value, at) => Math.abs(value - other[at]!) < 1e-12)

for (const arm of ['base', 'other'] as const) {
  test(`scores, means and interval of '${arm}' under the reference's draws`, t => {
    const drawn = reference.right[arm].map(right => unitScores(tested, right, unitDraws))
    drawn.forEach(({ balanced, accuracy }, seed) => {
      t.true(close(balanced, reference.scores[arm].balanced[seed]!), `balanced accuracy, seed ${seed}`)
      t.true(close(accuracy, reference.scores[arm].accuracy[seed]!), `accuracy, seed ${seed}`)
    })
    const means = meanOverSeeds(
      drawn.map(({ balanced }) => balanced),
      seedDraws,
    )
    t.true(close(means, reference.means[arm]))
    t.true(close(interval([...means]), reference.intervals[arm]))
  })
}

test('the interval of a paired difference', t => {
  const means = (arm: Arm) =>
    meanOverSeeds(
      reference.right[arm].map(right => unitScores(tested, right, unitDraws).balanced),
      seedDraws,
    )
  t.true(close(differenceInterval(means('other'), means('base')), reference.difference))
  t.deepEqual(differenceInterval(means('base'), means('base')), [0, 0])
})

test('a class of which nothing was drawn is left out, and one seed leaves only the units', t => {
  const two = { labels: [0, 0, 1], units: [0, 0, 1], classes: 2, unitCount: 2 }
  const { balanced, accuracy } = unitScores(
    two,
    [1, 0, 1],
    [
      [1, 1],
      [2, 0],
      [0, 2],
    ],
  )
  t.deepEqual([...balanced], [0.75, 0.5, 1])
  t.deepEqual([...accuracy], [2 / 3, 0.5, 1])
  t.deepEqual([...meanOverSeeds([balanced], [[1], [1], [1]])], [...balanced])
})

test('draws are as many as there are things, and the same for the same name', t => {
  const counts = drawCounts(streamOf('a'), 12)
  t.is(
    counts.reduce((sum, count) => sum + count, 0),
    12,
  )
  t.deepEqual(drawCounts(streamOf('a'), 12), counts)
  t.notDeepEqual(drawCounts(streamOf('b'), 12), counts)
})

test('an interval that touches 0 resolves nothing', t => {
  t.is(verdictOf([0.001, 0.2]), 'better')
  t.is(verdictOf([-0.2, -0.001]), 'worse')
  t.is(verdictOf([0, 0.2]), 'not resolved')
  t.is(verdictOf([-0.1, 0.2]), 'not resolved')
})
