/** The votes and the linear probe that watch training, against scikit-learn. */

import test from 'ava'
import { nearestOfOthers } from '../../../pipelines/model/neighbours.js'
import { ridgeLeavingOut } from '../../../pipelines/model/ridge.js'
import { largest } from '../../../pipelines/statistics/mean.js'
import { clipVote, usualK } from '../../../pipelines/training/watch/clip-vote.js'
import { FLOAT64, near } from '../../engine/near.js'
import { engine, fixture } from '../../engine/started.js'

interface Held {
  units: number[]
  votes: { k: number; classes: number[] }[]
  ridge: { means: number[]; scores: number[] }
}
interface Case {
  classes: number
  size: number
  labels: number[]
  clips: number[]
  patches: number[]
  held: Record<'clip' | 'group', Held>
}

const given = fixture<Case>('watch/case.json')
const labels = Int32Array.from(given.labels)
const clips = Int32Array.from(given.clips)
const { classes, size } = given

for (const held of ['clip', 'group'] as const) {
  const { units, votes, ridge } = given.held[held]

  test(`the clip vote of k neighbours, own ${held} left out, is scikit-learn's`, t => {
    const vectors = Float32Array.from(given.patches)
    const owners = clips.map(clip => units[clip]!)
    const before = engine.tf.memory().numTensors
    for (const { k, classes: expected } of votes) {
      const neighbours = nearestOfOthers(engine, { vectors, size, owners, k })
      t.true(neighbours.every((near, at) => owners[near] !== owners[Math.floor(at / k)]))
      t.deepEqual([...clipVote({ neighbours, k, clips, labels, classes })], expected, `k = ${k}`)
    }
    t.is(engine.tf.memory().numTensors, before, 'no tensor is left behind')
  })

  test(`ridge regression, own ${held} left out by its residuals, is scikit-learn's refitted without it`, t => {
    const features = { rows: labels.length, columns: size, values: Float64Array.from(ridge.means) }
    const scores = ridgeLeavingOut(features, labels, Int32Array.from(units), classes)
    near(t, scores.values, ridge.scores, 'scores', { unit: FLOAT64, roundings: 1e6 })
  })
}

test('of equals the smaller class wins, in patches and in clips', t => {
  t.is(largest([1, 3, 3]), 1)
  // patches 0 and 1 of clip 0 see one neighbour of each class; clips 1 and 2 see each other
  const votes = { neighbours: Int32Array.of(3, 2, 2, 3, 3, 3, 2, 2), k: 2, clips: Int32Array.of(0, 0, 1, 2) }
  t.deepEqual([...clipVote({ ...votes, labels: Int32Array.of(2, 1, 0), classes: 3 })], [0, 0, 1])
})

test('k is a third of the patches of a mean class, from 1 to 200', t => {
  t.deepEqual([usualK(600, 10), usualK(3, 3), usualK(100_000, 20)], [20, 1, 200])
})
