import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { classifiersOf } from '../../../../pipelines/evaluation/probes/classifiers.js'
import { hear } from '../../../../pipelines/evaluation/probes/hear.js'
import { HEAR_GRID, pointName } from '../../../../pipelines/evaluation/probes/hear-grid.js'
import { runProbe } from '../../../../pipelines/evaluation/probes/run-probe.js'
import type { Matrix } from '../../../../pipelines/statistics/products.js'
import { truthOfLabels } from '../../../../pipelines/statistics/truth.js'
import { type Made, noise, writeMade } from './made.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-hear-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const points = (from: number, to: number): Matrix => ({
  rows: to - from,
  columns: 3,
  values: Float64Array.from({ length: 3 * (to - from) }, (_, at) => noise(from + Math.floor(at / 3), at % 3)),
})
const truth = truthOfLabels(
  Array.from({ length: 24 }, (_, at) => at % 2),
  2,
)

test('training ends 20 looks after the best score, and the weights of that look answer', async t => {
  const asked = points(24, 40)
  const looks: Matrix[] = []
  const score = (scores: Matrix) => [0.1, 0.5, 0.9][looks.push(scores) - 1] ?? 0.9
  const parts = { train: points(0, 24), truth, validation: asked, test: asked, score }
  const ticks: string[] = []
  const options = { points: [HEAR_GRID[0]!], seed: 3, tick: () => ticks.push('one') }
  const one = await hear(parts, options)
  t.is(looks.length, 23)
  t.is(ticks.length, 1)
  t.deepEqual(one.scores.values, looks[2]!.values)
  t.notDeepEqual(one.scores.values, looks[3]!.values)
  const first = looks.splice(0)
  await hear(parts, options)
  t.deepEqual(looks, first)
  looks.length = 0
  await hear(parts, { ...options, seed: 4 })
  t.notDeepEqual(looks[0], first[0])
})

test('the point with the best validation score answers, the first of equals', async t => {
  const calls = [0, 0, 0]
  const reached = [0.5, 0.7, 0.7]
  let point = 0
  const parts = { train: points(0, 24), truth, validation: points(24, 30), test: points(24, 30) }
  const chosen = HEAR_GRID.slice(0, 3)
  const score = () => {
    calls[point]!++
    return reached[point]!
  }
  const fit = await hear({ ...parts, score }, { points: chosen, seed: 0, tick: () => point++ })
  t.is(fit.chosen, pointName(chosen[1]!))
  t.deepEqual(calls, [21, 21, 21])
})

test('eight of the sixteen points of the grid are drawn by the seed', t => {
  t.is(new Set(HEAR_GRID.map(pointName)).size, 16)
  const drawn = (seed: number, gridPoints?: number) =>
    classifiersOf(['hear'], { seed, ...(gridPoints && { gridPoints }) })[0]!.settings as string[]
  t.is(drawn(0).length, 8)
  t.deepEqual(drawn(0), drawn(0))
  t.notDeepEqual(drawn(0), drawn(1))
  t.deepEqual(drawn(0, 3), drawn(0).slice(0, 3))
  t.is(new Set(drawn(0, 16)).size, 16)
})

test('clips are told apart, and labels of test clips change nothing', async t => {
  const rows = (swapped: boolean): Made[] =>
    Array.from({ length: 80 }, (_, at) => {
      const part = ['train', 'train', 'validation', 'test'][Math.floor(at / 2) % 4]
      const odd = (at % 2 === 1) !== (swapped && part === 'test')
      return {
        clip: `${at}.wav`,
        labels: { class: odd ? 'up' : 'down', part },
        embedding: [0, 1, 2, 3].map(k => noise(at, k) + (k > 0 ? 0 : at % 2 ? 4 : -4)),
      }
    })
  const steps: number[] = []
  const probe = async (name: string, swapped: boolean) => {
    const file = writeMade(folder, name, rows(swapped))
    const options = { file, label: 'class', split: 'part', folds: 5, seed: 0, against: [], classifiers: ['hear'] }
    const result = await runProbe({ ...options, gridPoints: 2 }, total => () => steps.push(total))
    return result.comparison.rows[0]!.figures["HEAR's MLP"]!
  }
  const [honest, swapped] = [await probe('honest.arrow', false), await probe('swapped.arrow', true)]
  t.true(honest.balanced > 0.9, `${honest.balanced}`)
  t.true(swapped.balanced < 0.1, `${swapped.balanced}`)
  t.deepEqual(swapped.predicted, honest.predicted)
  t.deepEqual(swapped.chosen, honest.chosen)
  t.regex(`${honest.chosen[0]}`, /^[12] layers?, 0\.\d+, (uniform|normal)$/)
  t.deepEqual(steps, [2, 2, 2, 2])
})
