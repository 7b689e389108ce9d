import test from 'ava'
import { interval, logLosses, resampledScores, score } from '../../../pipelines/statistics/scores.js'
import { FLOAT64, near } from '../../engine/near.js'
import { fc, testProp } from '../../properties.js'

const answers = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.boolean()), { minLength: 1, maxLength: 50 })

testProp('balanced accuracy is the mean recall of the classes', [answers], (t, clips) => {
  const right = clips.map(([, hit]) => Number(hit))
  const labels = clips.map(([label]) => label)
  const recalls = [...new Set(labels)].map(label => {
    const own = right.filter((_, at) => labels[at] === label)
    return own.reduce((a, b) => a + b) / own.length
  })
  const { balanced, accuracy } = score(labels, right)
  t.true(Math.abs(balanced - recalls.reduce((a, b) => a + b) / recalls.length) < 1e-12)
  t.true(Math.abs(accuracy - right.reduce((a, b) => a + b) / right.length) < 1e-12)
})

test('a weight of two counts a clip twice', t => {
  t.deepEqual(score([0, 0, 1], [1, 0, 1], [2, 1, 0]), score([0, 0, 0], [1, 1, 0]))
})

test('the interval of a share is that of the binomial distribution', t => {
  const labels = Array<number>(400).fill(0)
  const right = labels.map((_, at) => Number(at < 300))
  const [drawn] = resampledScores(
    labels,
    labels.map((_, at) => `${at}`),
    [right],
    { seed: 0 },
  )
  const [low, high] = interval(drawn!.map(one => one.accuracy))
  const spread = 1.96 * Math.sqrt((0.75 * 0.25) / 400)
  t.true(Math.abs(low - (0.75 - spread)) < 0.01)
  t.true(Math.abs(high - (0.75 + spread)) < 0.01)
})

test('whole groups are drawn: intervals are wider when a group stands or falls together', t => {
  const labels = Array<number>(100).fill(0)
  const right = labels.map((_, at) => Number(at < 50))
  const width = (units: string[]) => {
    const [low, high] = interval(resampledScores(labels, units, [right], { seed: 0 })[0]!.map(one => one.accuracy))
    return high - low
  }
  t.true(width(labels.map((_, at) => `${Math.floor(at / 10)}`)) > 2 * width(labels.map((_, at) => `${at}`)))
})

test('resamples are shared: a predictor differs from itself by nothing', t => {
  const labels = [0, 1, 0, 1, 1]
  const right = [1, 0, 1, 1, 0]
  const [one, other] = resampledScores(labels, ['a', 'b', 'c', 'd', 'e'], [right, right], { seed: 3, count: 50 })
  t.deepEqual(one, other)
})

test('an interval runs from the 2.5th to the 97.5th percentile', t => {
  const [low, high] = interval(Array.from({ length: 1001 }, (_, at) => 1000 - at))
  t.is(low, 25)
  t.is(high, 975)
})

test('the log-loss of a clip is what the soft-max of its scores gives its class, however large they are', t => {
  const scores = { rows: 3, columns: 2, values: Float64Array.of(0, Math.log(3), 1000, 1000, 0, 2000) }
  const losses = logLosses(scores, { classes: 2, sets: [[1], [0], [0]], exclusive: true })
  near(t, losses, [-Math.log(0.75), Math.log(2), 2000], 'log-loss', { unit: FLOAT64 })
})
