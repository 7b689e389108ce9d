/** Collapse is measured as it is defined, and said once. */
import { join } from 'node:path'
import test from 'ava'
import { collapseOf, effectiveRank, ROWS, spreadOf } from '../../../pipelines/model/collapse.js'
import { earshot } from '../../earshot.js'
import { normal } from '../../engine/finite-differences.js'
import { FLOAT64, near } from '../../engine/near.js'
import { engine, tensorOf } from '../../engine/started.js'
import { smallConfig } from '../../small-config.js'

const { tf } = engine

test('effective rank: the number of equal singular values, less where they differ, 0 of nothing', t => {
  near(t, [effectiveRank([2, 2, 2, 0]), effectiveRank([5]), effectiveRank([0, 0])], [3, 1, 0], 'rank', {
    unit: FLOAT64,
  })
  // entropy of shares 1/2, 1/4, 1/4
  near(t, [effectiveRank([2, 1, 1])], [Math.exp(1.5 * Math.LN2)], 'rank', { unit: FLOAT64 })
})

test('embeddings all alike have rank 1 and no deviation, whatever their lengths', t => {
  const alike = tf.mul(tf.ones([8, 5]), tensorOf({ shape: [8, 1], data: [1, 2, 3, 4, 5, 6, 7, 8] }))
  const spread = spreadOf(engine, alike)
  t.true(spread.deviation < 1e-6 && Math.abs(spread.rank - 1) < 1e-4)
  t.regex(collapseOf('encoder', spread)!, /'encoder' have all but collapsed: effective rank 1\.00/)
})

test('directions at right angles have full rank; random ones the deviation 1/sqrt(d)', t => {
  near(t, [spreadOf(engine, tf.eye(6)).rank], [6])
  const random = spreadOf(engine, tensorOf(normal([2000, 16], 'random')))
  near(t, [random.deviation, random.healthy], [0.25, 0.25], 'deviation', { inexact: 0.0025 })
  t.true(random.rank > 15 && random.rank <= 16)
  t.is(collapseOf('encoder', random), undefined)
})

test('the rank is that of the first rows; channels of embeddings count as rows; no tensor stays', t => {
  const first = tf.concat([tf.ones([ROWS, 3]), tf.eye(3)])
  const before = tf.memory().numTensors
  near(t, [spreadOf(engine, first).rank], [1], 'rank', { inexact: 1e-3 })
  t.is(tf.memory().numTensors, before)
  near(t, [spreadOf(engine, tf.reshape(tf.eye(4), [2, 2, 4])).rank], [4])
})

test('a projection that nothing keeps apart collapses, which is said once', async t => {
  const { config, folder, cache } = smallConfig('collapse', { steps: 40, every: 40 })
  const words = ['train', config, '--swap', 'similarity=vicreg{variance: 0, covariance: 0}', '--run']
  const { code, error } = await earshot([...words, join(folder, 'run')], cache)
  t.is(code, 0, error)
  t.is(error.match(/have all but collapsed/g)?.length, 1, error)
  t.regex(error, /Step \d+: The embeddings of 'projection'/)
})
