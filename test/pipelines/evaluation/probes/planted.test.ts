import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Problem } from '../../../../data/problem.js'
import { streamOf } from '../../../../graphs/streams/draws.js'
import type { ProbeRequest } from '../../../../pipelines/evaluation/probes/probe-options.js'
import { runMultiLabelProbe, runProbe } from '../../../../pipelines/evaluation/probes/run-probe.js'
import { earshot } from '../../../earshot.js'
import { type Made, noise, scenes, writeMade } from './made.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-planted-'))
test.after.always(() => rmSync(folder, { recursive: true }))

/** A fixed split, so that little is trained. */
const PARTS = ['train', 'train', 'validation', 'test']
const asked = { label: 'class', split: 'part', folds: 3, seed: 0, against: [] }

/**
 * 240 clips of 8 to 16 frames. One frame, marked by its first number, says the class in its second. In all others the
 * second number is noise, and three times as large: the mean of the frames says next to nothing.
 */
function marked(): Made[] {
  const rng = streamOf('marked frames')
  return Array.from({ length: 240 }, (_, clip) => {
    const sign = clip % 2 ? 1 : -1
    const length = rng.integer(8, 17)
    const place = rng.integer(0, length)
    const labels = { class: sign > 0 ? 'up' : 'down', part: PARTS[Math.floor(clip / 2) % 4] }
    return Array.from({ length }, (_, t) => ({
      clip: `${clip}.wav`,
      labels,
      embedding:
        t === place
          ? [6 + 0.3 * rng.normal(), sign, rng.normal(), rng.normal()]
          : [0.3 * rng.normal(), 3 * rng.normal(), rng.normal(), rng.normal()],
    }))
  }).flat()
}

test('attention finds the frame that says the class, where the mean of the frames does not', async t => {
  const file = writeMade(folder, 'frames.arrow', marked())
  const plain = writeMade(folder, 'plain.arrow', layer(4, 0))
  const classifiers = ['logistic-regression', 'attentive']
  const { comparison, examples } = await runProbe({ ...asked, file, against: [plain], classifiers })
  const [mean, attention] = ['logistic regression', 'attentive'].map(name => comparison.rows[0]!.figures[name]!)
  t.true(mean!.balanced < 0.7, `mean of the frames: ${mean!.balanced}`)
  t.true(attention!.balanced > 0.9, `attention: ${attention!.balanced}`)
  t.true(examples.notes.includes('One embedding a clip, so that attention has nothing to choose: plain.'))
})

/** An embedding of each of those clips, `told` of the class in its first number. */
function layer(width: number, told: number, seed = 0): Made[] {
  return Array.from({ length: 240 }, (_, clip) => ({
    clip: `${clip}.wav`,
    labels: { class: clip % 2 ? 'up' : 'down', part: PARTS[Math.floor(clip / 2) % 4] },
    embedding: Array.from(
      { length: width },
      (_, k) => noise(clip, 97 * seed + k) + (k > 0 ? 0 : clip % 2 ? told : -told),
    ),
  }))
}

const layers = [0, 2.5, 0.5].map((told, at) => writeMade(folder, `layer${at}.arrow`, layer(6, told, at + 1)))
const [first, ...others] = layers

test('the layer that says most gets the largest share; other classifiers read the layers side by side', async t => {
  const json = join(folder, 'layers.json')
  const words = ['--split', 'part', '--classifier', 'weighted-layers', 'centroid', '--against', layers[0]!]
  const { code, out } = await earshot(['probe', ...layers, '--label', 'class', ...words, '--json', json])
  t.is(code, 0)
  const [line, a, b, c] =
    /Layers by weighted layers: layer0 (0\.\d\d), layer1 (0\.\d\d), layer2 (0\.\d\d)/.exec(out) ?? []
  t.truthy(line, out)
  t.true(Number(b) > 2 * Number(a) && Number(b) > 2 * Number(c), line)
  t.regex(out, /3 files side by side: 6 \+ 6 \+ 6 dimensions\./)
  const { rows, options } = JSON.parse(readFileSync(json, 'utf8'))
  t.deepEqual(options.layers, others)
  t.is(rows[0].dimensions, 18)
  const { layers: shares, balanced } = rows[0].figures['weighted layers']
  t.true(Math.abs(shares.reduce((sum: number, share: number) => sum + share) - 1) < 1e-6)
  t.true(balanced > 0.9 && rows[0].figures['nearest centroid'].balanced > 0.85, out)
  t.true(rows[1].figures['weighted layers'].balanced < 0.7, out)
  t.deepEqual(rows[1].figures['weighted layers'].layers, [1])
})

test('clips of several classes go through attention, weighted layers and HEAR', async t => {
  const parted = (rows: Made[]): Made[] =>
    rows.map((row, at) => ({ ...row, labels: { ...row.labels, part: PARTS[Math.floor(at / 6) % 4] } }))
  const [good, poor] = [6, 0.5].map(told => parted(scenes(96, told)))
  const file = writeMade(folder, 'good.arrow', good!)
  const poorFile = writeMade(folder, 'poor.arrow', poor!)
  const frames = good!.flatMap((row, at) => {
    const events = row.labels.events!.split(';')
    return ['dog', 'horn', 'rain', 'none', 'none'].map((name, t) => ({
      ...row,
      embedding: ['dog', 'horn', 'rain'].map(
        (own, k) => noise(at, 10 * t + k) + (own === name && events.includes(own) ? 6 : 0),
      ),
    }))
  })
  const common = { ...asked, label: 'events', separator: ';' }
  const results = [
    await runMultiLabelProbe({
      ...common,
      file: writeMade(folder, 'events.arrow', frames),
      classifiers: ['attentive'],
    }),
    await runMultiLabelProbe({ ...common, file: poorFile, layers: [file], classifiers: ['weighted-layers'] }),
    await runMultiLabelProbe({ ...common, file, classifiers: ['hear'], gridPoints: 1 }),
  ]
  for (const { classifiers, comparison } of results) {
    const { name } = classifiers[0]!
    const { map } = comparison.rows[0]!.figures[name]!
    t.true(map > 0.85, `${name}: mAP ${map}`)
  }
  const [poorShare, goodShare] = results[1]!.comparison.rows[0]!.figures['weighted layers']!.layers!
  t.true(goodShare! > 1.5 * poorShare!)
})

test('what a classifier cannot work with is said before anything is trained', async t => {
  const wide = writeMade(folder, 'wide.arrow', layer(7, 1))
  const problem = async (more: Partial<ProbeRequest>) => {
    const error = await t.throwsAsync(runProbe({ ...asked, file: first!, ...more }))
    t.true(error instanceof Problem)
    return error!.message
  }
  t.regex(await problem({ classifiers: ['attentive'] }), /here each clip has one/)
  t.regex(await problem({ classifiers: ['attentive'], layers: others }), /reads one file/)
  t.regex(await problem({ classifiers: ['weighted-layers'] }), /needs several files/)
  t.regex(await problem({ classifiers: ['weighted-layers'], layers: [wide] }), /are 6, 7 wide/)
  t.regex(await problem({ layers: [writeMade(folder, 'few.arrow', layer(6, 1).slice(9))] }), /9 of 240 clips/)
})
