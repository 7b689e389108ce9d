/** Probes by the protocols that adapters know: columns, parts and the figure, worked out here from the predictions. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { adapters } from '../../../../data/adapters.js'
import { Problem } from '../../../../data/problem.js'
import {
  officialOf,
  officialText,
  protocolOf,
  withProtocol,
} from '../../../../pipelines/evaluation/probes/published-protocol.js'
import { runMultiLabelProbe, runProbe } from '../../../../pipelines/evaluation/probes/run-probe.js'
import { earshot } from '../../../earshot.js'
import { type Made, noise, scenes, writeMade } from './made.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-protocol-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const asked = { folds: 5, seed: 0, against: [], classifiers: ['knn'] }

/** Folds of 6, 12, 18, ... slices, two a recording, as UrbanSound8K's are of different sizes. */
const slices: Made[] = [1, 2, 3].flatMap(fold =>
  Array.from({ length: 6 * fold }, (_, i) => {
    const at = 100 * fold + i
    const name = ['siren', 'drilling'][(i >> 1) % 2]!
    return {
      clip: `audio/fold${fold}/${at}.wav`,
      labels: { class: name, fold: `${fold}`, source: `${at >> 1}` },
      embedding: [noise(at, 0), noise(at, 1) + (name === 'siren' ? 2 : 0)],
    }
  }),
)

test('official folds, groups and the mean over folds of the accuracy', async t => {
  const file = writeMade(folder, 'urban.arrow', slices)
  const adapter = protocolOf('urbansound8k')
  const { label, split, group, labelsSeparator } = await withProtocol(adapter, {}, file)
  t.deepEqual([label, split, group, labelsSeparator], ['class', 'fold', 'source', undefined])
  const result = await runProbe({ ...asked, file, label: label!, split, group })
  const { folds, labels } = result.examples
  t.deepEqual(
    folds.map(({ test }) => test.length),
    [6, 12, 18],
  )
  const predicted = result.comparison.rows[0]!.figures.kNN!.predicted!
  const shares = folds.map(({ test }) => test.filter(at => predicted[at] === labels[at]).length / test.length)
  const mean = (shares[0]! + shares[1]! + shares[2]!) / 3
  const { metric, figures } = officialOf(adapter, result)
  t.is(metric, 'accuracy, mean of the 10 folds')
  t.true(Math.abs(figures.kNN!.accuracy! - mean) < 1e-12)
  t.true(Math.abs(mean - result.comparison.rows[0]!.figures.kNN!.accuracy) > 1e-3) // folds of unequal size
})

test("several classes a clip: FSD50K's mAP and d' on the test part, FSDKaggle2019's lwlrap; no groups where there are none", async t => {
  const rows = scenes(60, 4).map(({ labels, ...row }, at) => ({
    ...row,
    labels: { labels: labels.events, split: ['train', 'train', 'validation', 'test'][Math.floor(at / 6) % 4]! },
  }))
  const file = writeMade(folder, 'fsd50k.arrow', rows)
  const adapter = protocolOf('fsd50k')
  const { label, split, group, labelsSeparator } = await withProtocol(adapter, {}, file)
  t.deepEqual([label, split, group, labelsSeparator], ['labels', 'split', undefined, ';'])
  const result = await runMultiLabelProbe({ ...asked, file, label: label!, split, separator: labelsSeparator! })
  const { map, dPrime, lwlrap } = result.comparison.rows[0]!.figures.kNN!
  t.deepEqual(officialOf(adapter, result).figures, { kNN: { map, dPrime } })
  t.deepEqual(officialOf(protocolOf('fsdkaggle2019'), result).figures, { kNN: { lwlrap } })
  const said = `Official figure (lwlrap on split test):\n  trained, kNN: ${lwlrap.toFixed(3)}`
  t.is(officialText(officialOf(protocolOf('fsdkaggle2019'), result), 'trained'), said)
})

test('mAP@3: three guesses a clip, by the place of the right one', async t => {
  const place = { hiss: 0, hum: 1, buzz: 2, roar: 5 }
  const known = Object.entries(place).flatMap(([label, at]) => [at - 0.1, at + 0.1].map(value => ({ label, value })))
  // nearest to hiss, then hum, buzz, and roar last: places 1, 2, 3 and 4
  const asking = Object.keys(place).map(label => ({ label, value: -0.5 }))
  const rows = [...known.map(one => ({ ...one, split: 'train' })), ...asking.map(one => ({ ...one, split: 'test' }))]
  const made = rows.map(({ label, value, split }, at) => ({
    clip: `${at}.wav`,
    labels: { label, split },
    embedding: [value],
  }))
  const file = writeMade(folder, 'kaggle.arrow', made)
  const adapter = protocolOf('fsdkaggle2018')
  const { label, split } = await withProtocol(adapter, {}, file)
  const result = await runProbe({ ...asked, classifiers: ['centroid'], file, label: label!, split })
  const { figures } = officialOf(adapter, result)
  t.true(Math.abs(figures['nearest centroid']!.map3! - (1 + 1 / 2 + 1 / 3) / 4) < 1e-12)
})

test('the verb takes a protocol, and what is said besides goes before it', async t => {
  const file = writeMade(folder, 'verb.arrow', slices)
  const json = join(folder, 'verb.json')
  const { out, code, error } = await earshot([
    'probe',
    file,
    '--protocol',
    'urbansound8k',
    '--classifier',
    'knn',
    '--json',
    json,
  ])
  t.is(code, 0, error)
  t.regex(out, /each of 3 values of 'fold' held out in turn/)
  t.regex(out, /Official figure \(accuracy, mean of the 10 folds\):\n {2}trained, kNN: [\d.]+\n/)
  const { official } = JSON.parse(readFileSync(json, 'utf8'))
  t.is(official.protocol, 'urbansound8k')
  t.true(out.includes(`kNN: ${(100 * official.figures.kNN.accuracy).toFixed(1)}`))
  const without = await earshot(['probe', file])
  t.is(without.code, 1)
  t.regex(without.error, /Give --label, .*or --protocol/)
})

test('protocols that are no probe are refused; every adapter has a figure', t => {
  for (const name of ['fuss', 'esc50'])
    t.throws(() => protocolOf(name), { instanceOf: Problem, message: /no such protocol/ })
  for (const { protocol } of adapters) {
    if (protocol.figure === 'accuracy') t.regex(protocol.metric, /accuracy/)
    t.is(protocol.separator !== undefined, ['map', 'lwlrap'].includes(protocol.figure))
  }
})
