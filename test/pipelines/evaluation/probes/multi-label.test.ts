import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { dealUnits } from '../../../../pipelines/evaluation/probes/folds.js'
import { multiLabelText } from '../../../../pipelines/evaluation/probes/result-text.js'
import { runMultiLabelProbe } from '../../../../pipelines/evaluation/probes/run-probe.js'
import { earshot } from '../../../earshot.js'
import { fc, testProp } from '../../../properties.js'
import { scenes, writeMade } from './made.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-multi-label-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const asked = { label: 'events', separator: ';', folds: 3, seed: 0, against: [] }
const good = writeMade(folder, 'good.arrow', scenes(60, 6))
const poor = writeMade(folder, 'poor.arrow', scenes(60, 0.5))

test('plain embeddings rank every class first, ahead of poor ones and of the frequency of classes', async t => {
  const result = await runMultiLabelProbe({ ...asked, file: good, against: [poor], group: 'site' })
  t.deepEqual(result.examples.classes, ['dog', 'horn', 'rain'])
  t.is(result.examples.groups, 5)
  const [own, other, chance] = result.comparison.rows
  t.deepEqual([own!.name, other!.name, chance!.name], ['trained', 'poor', 'chance: class frequency'])
  for (const classifier of ['logistic regression', 'kNN']) {
    const figure = own!.figures[classifier]!
    t.true(figure.map > 0.9 && figure.lwlrap > 0.9 && figure.dPrime > 2, `${figure.map} ${figure.lwlrap}`)
    t.true(figure.mapInterval![0] <= figure.map && figure.map <= figure.mapInterval![1])
    t.true(other!.figures[classifier]!.behind!.interval[0] > 0)
    const blind = chance!.figures[classifier]!
    // half of the clips have a dog, half a horn, two thirds rain
    t.true(Math.abs(blind.map - (1 / 2 + 1 / 2 + 2 / 3) / 3) < 1e-9)
    t.is(blind.dPrime, 0)
  }
  const text = multiLabelText(result)
  t.regex(text, /logistic regression +mAP {2}95 % +d' {2}95 % +lwlrap {2}95 % +trained minus this/)
  t.regex(text, /60 clips, 3 classes; 3 folds, 5 groups of 'site' held out whole/)
})

test('a class in one group only is left out, and clips that had no other', async t => {
  const rows = scenes(60, 3).map((row, at) =>
    at === 1
      ? { ...row, labels: { ...row.labels, events: 'gong' } }
      : at === 2
        ? { ...row, labels: { ...row.labels, events: 'gong; dog ;' } }
        : row,
  )
  const { examples } = await runMultiLabelProbe({
    ...asked,
    file: writeMade(folder, 'gong.arrow', rows),
    group: 'site',
  })
  t.deepEqual(examples.classes, ['dog', 'horn', 'rain'])
  t.is(examples.clips.length, 59)
  t.deepEqual(examples.truth.sets[examples.clips.indexOf('scene/2.wav')], [0])
  t.regex(examples.notes.join(), /1 class left out, found in one 'site' only \(gong\), and with them 1 clip\./)
})

test('the verb prints a table and saves figures, average precisions and scores', async t => {
  const json = join(folder, 'out.json')
  const { code, out } = await earshot([
    'probe',
    good,
    '--label',
    'events',
    '--labels-separator',
    ';',
    '--folds',
    '3',
    '--json',
    json,
  ])
  t.is(code, 0)
  t.regex(out, /trained +\d+\.\d \[\d+\.\d, \d+\.\d\] +\d+\.\d\d \[/)
  const saved = JSON.parse(readFileSync(json, 'utf8'))
  t.is(saved.recipe, 'earshot-multi-label-probe/1')
  t.is(saved.predictions.labels[saved.predictions.clips.indexOf('scene/2.wav')].join(), 'dog,rain')
  t.is(saved.predictions.rows[0].kNN.length, 60)
  const { dog, horn, rain } = saved.averagePrecision[0]['logistic regression']
  t.true(Math.abs((dog + horn + rain) / 3 - saved.rows[0].figures['logistic regression'].map) < 1e-9)
})

testProp(
  'clips of several classes are dealt so that each class is in every part where it can be',
  [
    fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }), {
      minLength: 24,
      maxLength: 60,
    }),
  ],
  (t, sets) => {
    const parts = dealUnits(
      sets,
      sets.map((_, at) => `${at}`),
      3,
      'any',
    )
    for (let c = 0; c < 4; c++) {
      const counts = [0, 1, 2].map(part => sets.filter((set, at) => set.includes(c) && parts[at] === part).length)
      const all = counts.reduce((a, b) => a + b)
      t.true(Math.max(...counts) - Math.min(...counts) <= Math.max(2, 0.25 * all), `${counts}`)
    }
  },
)
