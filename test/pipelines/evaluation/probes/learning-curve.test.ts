import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { withFewerLabels } from '../../../../pipelines/evaluation/probes/fewer-labels.js'
import { crossFolds } from '../../../../pipelines/evaluation/probes/folds.js'
import { runMultiLabelProbe, runProbe } from '../../../../pipelines/evaluation/probes/run-probe.js'
import { truthOfLabels } from '../../../../pipelines/statistics/truth.js'
import { earshot } from '../../../earshot.js'
import { fc, testProp } from '../../../properties.js'
import { noise, scenes, writeMade } from './made.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-curve-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const file = writeMade(
  folder,
  'sounds.arrow',
  Array.from({ length: 90 }, (_, at) => ({
    clip: `${at}.wav`,
    labels: { class: ['kick', 'snare', 'hat'][at % 3], kit: `kit ${Math.floor(at / 15)}` },
    embedding: [0, 1, 2, 3].map(k => noise(at, k) + (k === at % 3 ? 1.5 : 0)),
  })),
)

const classes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 16, maxLength: 60 })

testProp(
  'few labels are as many a class as asked, a part of the training clips, and part of more labels',
  [classes],
  (t, labels) => {
    const truth = truthOfLabels(labels, 4)
    const units = labels.map((_, at) => `${at}`)
    const folds = crossFolds(labels, units, 4, 0)
    const about = { truth, units, trial: 1, seed: 0 }
    const few = withFewerLabels(folds, { ...about, budget: { perClass: 2 } })
    const more = withFewerLabels(folds, { ...about, budget: { perClass: 4 } })
    const share = withFewerLabels(folds, { ...about, budget: { share: 0.5 } })
    folds.forEach((fold, at) => {
      t.deepEqual(few[at]!.test, fold.test)
      t.true(few[at]!.train.every(row => more[at]!.train.includes(row)))
      t.true(more[at]!.train.every(row => fold.train.includes(row)))
      for (let c = 0; c < 4; c++) {
        const count = (rows: readonly number[]) => rows.filter(row => labels[row] === c).length
        const all = count(fold.train)
        t.is(count(few[at]!.train), Math.min(2, all))
        t.is(count(share[at]!.train), all === 0 ? 0 : Math.max(1, Math.round(all / 2)))
      }
      for (const { train, test: held } of few[at]!.inner)
        t.deepEqual(
          [...train, ...held].sort((a, b) => a - b),
          few[at]!.train,
        )
    })
  },
)

test('a curve repeats the probe with fewer labels, and leaves the probe itself alone', async t => {
  const asked = { file, label: 'class', group: 'kit', folds: 3, seed: 0, against: [], classifiers: ['centroid'] }
  const plain = await runProbe(asked)
  const steps: number[] = []
  const begin = (total: number) => () => {
    steps.push(total)
  }
  const curved = await runProbe({ ...asked, budgets: [{ perClass: 1 }, { share: 0.5 }], repeats: 4 }, begin)
  t.deepEqual(curved.comparison, plain.comparison)
  t.true(steps.length === 3 * (1 + 4 + 4) && steps.every(total => total === steps.length))
  const [one, half] = curved.curve.map(({ comparison }) => comparison.rows[0]!.figures['nearest centroid']!)
  const all = plain.comparison.rows[0]!.figures['nearest centroid']!
  t.true(one!.balanced < half!.balanced && half!.balanced < all.balanced + 0.05)
  t.true(one!.balancedInterval![0] < one!.balanced && one!.balanced < one!.balancedInterval![1])
  t.deepEqual(
    curved.curve.map(({ labelled }) => labelled),
    [3, 30],
  )
  // chance does not learn: its interval is over clips alone, and its score the same
  const guess = curved.curve[0]!.comparison.rows.at(-1)!.figures['nearest centroid']!
  t.true(Math.abs(guess.balanced - 1 / 3) < 1e-12)
})

test('draws of the labels widen the interval', async t => {
  const asked = { file, label: 'class', folds: 3, seed: 0, against: [], classifiers: ['centroid'] }
  const widthOf = async (repeats: number) => {
    const { curve } = await runProbe({ ...asked, budgets: [{ perClass: 1 }], repeats })
    const [low, high] = curve[0]!.comparison.rows[0]!.figures['nearest centroid']!.balancedInterval!
    return high - low
  }
  t.true((await widthOf(8)) > 0.05)
})

test('a curve of clips with several classes', async t => {
  const several = writeMade(folder, 'scenes.arrow', scenes(60, 2))
  const asked = { file: several, label: 'events', separator: ';', folds: 3, seed: 0, against: [] }
  const result = await runMultiLabelProbe({
    ...asked,
    classifiers: ['centroid'],
    budgets: [{ share: 0.1 }],
    repeats: 2,
  })
  const { map } = result.curve[0]!.comparison.rows[0]!.figures['nearest centroid']!
  t.true(map > 0.5 && map < 1)
})

test('the verb prints the curve, saves it, and draws it', async t => {
  const json = join(folder, 'sounds.probe.json')
  const words = [
    '--label',
    'class',
    '--classifier',
    'knn,centroid',
    '--shares',
    '10%,100%',
    '--per-class',
    '2',
    '--repeats',
    '2',
  ]
  const { code, out, error } = await earshot(['probe', file, ...words, '--json', json])
  t.is(code, 0, error)
  t.regex(out, /kNN, balanced acc\. +2 a class \(6 clips\) +10 % \(6 clips\) +all labels/)
  t.regex(out, /Saved: .*sounds\.probe\.json, .*sounds\.curve\.svg, .*sounds\.curve\.png/)
  const { curve, rows } = JSON.parse(readFileSync(json, 'utf8'))
  t.deepEqual(Object.keys(rows[0].figures), ['kNN', 'nearest centroid'])
  t.is(curve.repeats, 2)
  t.is(curve.points[1].share, 0.1)
  t.true(curve.points[1].rows[0].figures.kNN.balanced > 1 / 3)
  const svg = readFileSync(join(folder, 'sounds.curve.svg'), 'utf8')
  for (const title of ['balanced accuracy (%)', 'labelled clips (number, logarithmic)', 'nearest centroid', 'trained'])
    t.true(svg.includes(title), title)
  t.is(readFileSync(join(folder, 'sounds.curve.png')).subarray(1, 4).toString(), 'PNG')
})

test('wrong shares and counts are refused', async t => {
  t.regex(
    (await earshot(['probe', file, '--label', 'class', '--shares', '5,10'])).error,
    /--shares: expected percentages/,
  )
  t.regex(
    (await earshot(['probe', file, '--label', 'class', '--per-class', '0'])).error,
    /--per-class: expected whole numbers from 1/,
  )
})
