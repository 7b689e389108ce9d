/** What a classifier says, as tables and annotations; what it takes for what. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readClips } from '../../../../data/manifests.js'
import { confusionOf, confusionText, writeErrors } from '../../../../pipelines/evaluation/classification/confusion.js'
import { predictionsOf, writePredictionTables } from '../../../../pipelines/evaluation/classification/predictions.js'
import { scratchFolder } from '../../../earshot.js'
import { sine, writeWav } from '../../../stages/audio/sounds.js'

const CLASSES = ['wren', 'robin', 'owl']
const LABELS = ['wren', 'robin', undefined, 'wren;owl']
const SCORES = [
  [0.7, 0.2, 0.1],
  [0.6, 0.3, 0.1],
  [0.1, 0.1, 0.8],
  [0.5, 0.1, 0.55],
]

/** Four windows of a second of one recording. */
function said(outputs: 'softmax' | 'sigmoid') {
  const folder = scratchFolder('said')
  const path = writeWav(join(folder, 'night.wav'), sine(440, 16000, 64000), { rate: 16000 })
  const clips = LABELS.map((label, at) => ({
    ...{ id: `night.wav#${at}-${at + 1}`, path, start: at, end: at + 1 },
    labels: label === undefined ? ({} as Record<string, string>) : { label },
  }))
  const classifier = { node: 'c', size: 3, column: 'label', classes: CLASSES, separator: ';', outputs }
  const sets = LABELS.map(label =>
    (label ?? '')
      .split(';')
      .flatMap(name => Math.max(-1, CLASSES.indexOf(name)))
      .filter(at => at >= 0),
  )
  return {
    folder,
    classified: {
      said: {
        scores: { rows: 4, columns: 3, values: Float64Array.from(SCORES.flat()) },
        ...{ sets, losses: new Float64Array(4), patches: 4 },
      },
      prepared: {
        ...{ clips, skipped: [], noted: [], statistics: {}, cacheFolder: folder },
        nodes: { mel: { keys: [], frames: [], seconds: [1, 1, 1, 1] } },
      },
      classifier,
    },
  }
}

test('of classes that exclude one another the likeliest is said, of others all above the threshold', t => {
  const rows = (outputs: 'softmax' | 'sigmoid', threshold?: number) =>
    predictionsOf(said(outputs).classified, threshold).map(({ start, end, label, more }) => [
      start,
      end,
      label,
      more!.score,
    ])
  t.deepEqual(rows('softmax'), [
    [0, 1, 'wren', 0.7],
    [1, 2, 'wren', 0.6],
    [2, 3, 'owl', 0.8],
    [3, 4, 'owl', 0.55],
  ])
  t.deepEqual(rows('softmax', 0.7).length, 2)
  t.deepEqual(rows('sigmoid').slice(-2), [
    [3, 4, 'wren', 0.5],
    [3, 4, 'owl', 0.55],
  ])
  t.is(rows('sigmoid', 0.9).length, 0)
})

test('predictions are annotations that are read again', async t => {
  const { folder, classified } = said('softmax')
  const output = join(folder, 'out')
  mkdirSync(output)
  const told = await writePredictionTables(output, classified, {
    threshold: 0.65,
    formats: ['raven', 'audacity'],
  })
  t.regex(told.join('\n'), /owl +0\.8 +2\.00 +3\.00/)
  const read = async (annotations: string, column: string) =>
    (await readClips(join(folder, 'night.wav'), { annotations })).clips.map(({ start, end, labels }) => [
      start,
      end,
      labels[column],
    ])
  const expected = [
    [0, 1, 'wren'],
    [2, 3, 'owl'],
  ]
  t.deepEqual(await read(join(output, 'predictions.csv'), 'label'), expected)
  t.deepEqual(await read(join(output, 'raven'), 'label'), expected)
  t.deepEqual(await read(join(output, 'audacity'), 'label'), expected)
})

test('the matrix counts clips of one class; the page holds each error with its sound, and names are text', async t => {
  const { folder, classified } = said('softmax')
  t.deepEqual(confusionOf(classified), [
    [1, 0, 0],
    [1, 0, 0],
    [0, 0, 0],
  ])
  t.deepEqual(confusionText(confusionOf(classified), CLASSES).slice(1, 3), [
    '       wren  robin  owl',
    'wren      1      .    .',
  ])
  const many = Array.from({ length: 20 }, (_, at) => `class ${at}`)
  const counts = many.map((_, is) => many.map((_, as) => (is === 3 && as === 4 ? 7 : 0)))
  t.deepEqual(confusionText(counts, many), ['Taken for another:', 'class 3 for class 4: 7'])
  classified.classifier.classes = ['<b>wren</b>', 'robin', 'owl']
  const page = readFileSync(await writeErrors(folder, classified), 'utf8')
  t.regex(page, /robin, taken for &lt;b&gt;wren/)
  t.is(page.match(/<audio/g)?.length, 1)
  t.false(page.includes('<b>wren</b>'))
})
