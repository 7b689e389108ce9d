/** The parts of reports that compute something: maps, small sounds, tails of files, states, paired differences. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { chart, lineChart } from '../../../pipelines/drawing/chart.js'
import { smallSound } from '../../../pipelines/drawing/small-sound.js'
import { floatWav } from '../../../pipelines/drawing/wav-file.js'
import { createEmbeddingWriter } from '../../../pipelines/embeddings/arrow-writer.js'
import { mapLayout, principalComponents } from '../../../pipelines/embeddings/inspection/map-layout.js'
import type { Classification } from '../../../pipelines/evaluation/classification/classification.js'
import { writeResult } from '../../../pipelines/evaluation/probes/result-file.js'
import { runProbe } from '../../../pipelines/evaluation/probes/run-probe.js'
import { lastJsonLine, readJsonLines } from '../../../pipelines/jobs/json-lines.js'
import { compareRuns, comparisonText } from '../../../pipelines/reports/compare-runs.js'
import { configValues } from '../../../pipelines/reports/config-table.js'
import { judgedSections } from '../../../pipelines/reports/judged-figures.js'
import { readProbe, summariseProbe } from '../../../pipelines/reports/probe-file.js'
import { runStatus } from '../../../pipelines/reports/run-state.js'
import type { Evaluation } from '../../../pipelines/separation/evaluate.js'
import type { Matrix } from '../../../pipelines/statistics/products.js'
import { age } from '../../../pipelines/terminal/numbers.js'
import { soundAt } from '../../../stages/audio/signal/sound.js'
import { scratchFolder } from '../../earshot.js'

/** Repeatable noise in -2 to 2. */
const noise = (at: number, k: number) => 4 * ((Math.abs(Math.sin(12.9898 * at + 78.233 * k) * 43_758.5453) % 1) - 0.5)

function matrix(rows: number, columns: number, value: (row: number, k: number) => number): Matrix {
  const values = Float64Array.from({ length: rows * columns }, (_, at) => value(Math.floor(at / columns), at % columns))
  return { rows, columns, values }
}

const between = (one: ArrayLike<number>, other: ArrayLike<number>) =>
  Math.hypot(...Array.from(one, (value, k) => value - other[k]!))

test('principal components keep distances where the data has no more dimensions, the widest first', t => {
  const directions = [0, 1, 2].map(d => Array.from({ length: 40 }, (_, k) => noise(d, k)))
  const data = matrix(30, 40, (row, k) =>
    directions.reduce((sum, one, d) => sum + 3 ** d * noise(row, 100 + d) * one[k]!, 0),
  )
  const found = principalComponents(data, 0, 5)
  const row = ({ columns, values }: Matrix, at: number) => values.subarray(at * columns, (at + 1) * columns)
  for (let at = 1; at < 30; at++) {
    const [was, is] = [between(row(data, 0), row(data, at)), between(row(found, 0), row(found, at))]
    t.true(Math.abs(was - is) < 1e-6 * was, `${was} ${is}`)
  }
  const spread = (k: number) => Array.from({ length: 30 }, (_, at) => row(found, at)[k]! ** 2).reduce((a, b) => a + b)
  t.true(spread(0) > spread(1) && spread(1) > spread(2) && spread(3) < 1e-12 * spread(0))
})

test('a map puts what is alike together, and is the same every time', t => {
  const data = matrix(90, 50, (row, k) => 0.2 * noise(row, k) + (k % 3 === row % 3 ? 2 : 0))
  const places = mapLayout(data, { seed: 0 })
  t.deepEqual(mapLayout(data, { seed: 0 }), places)
  const right = places.filter((place, at) => {
    const others = places.map((other, to) => ({
      to,
      far: to === at ? Number.POSITIVE_INFINITY : between(place, other),
    }))
    return others.sort((one, other) => one.far - other.far)[0]!.to % 3 === at % 3
  })
  t.is(right.length, 90)
  t.deepEqual(mapLayout(matrix(2, 50, noise), { seed: 0 }), [
    [0, 0],
    [1, 0],
  ])
})

test('a sound in a page is the beginning of the clip, at full scale', async t => {
  const path = join(scratchFolder('small-sound'), 'sweep.wav')
  writeFileSync(
    path,
    floatWav(
      Float32Array.from({ length: 32_000 }, (_, at) => 0.25 * Math.sin(at * at * 1e-5)),
      16_000,
    ),
  )
  const uri = await smallSound({ path, start: 0.5, seconds: 1 })
  const back = join(scratchFolder('small-sound'), 'back.wav')
  writeFileSync(back, Buffer.from(uri.replace('data:audio/wav;base64,', ''), 'base64'))
  const samples: number[] = []
  for await (const block of soundAt(16_000, { path: back })) samples.push(...block)
  t.is(samples.length, 16_000)
  const expected = Array.from({ length: 16_000 }, (_, at) => Math.sin((at + 8000) ** 2 * 1e-5))
  t.true(samples.every((value, at) => Math.abs(value - expected[at]!) < 1e-3))
})

test('lines of a file that is still written', t => {
  const file = join(scratchFolder('lines'), 'metrics.jsonl')
  t.deepEqual([readJsonLines(file), lastJsonLine(file)], [[], undefined])
  for (const step of [1, 2]) appendFileSync(file, `${JSON.stringify({ step, long: 'ü'.repeat(10_000) })}\n`)
  appendFileSync(file, '{"step":3,"lo')
  t.deepEqual(
    readJsonLines<{ step: number }>(file).map(({ step }) => step),
    [1, 2],
  )
  t.is(lastJsonLine<{ step: number }>(file)?.step, 2)
})

test('a run whose process is gone was killed', t => {
  const folder = scratchFolder('states')
  const state = (status: object) => {
    writeFileSync(join(folder, 'status.json'), JSON.stringify(status))
    return runStatus(folder).state
  }
  t.is(runStatus(folder).state, 'unknown')
  t.is(state({ state: 'training', step: 3, pid: process.pid }), 'training')
  t.is(state({ state: 'training', step: 3, pid: 2 ** 30 }), 'killed')
  t.is(state({ state: 'finished', step: 3 }), 'finished')
  t.deepEqual([20, 150, 7300, 300_000].map(age), ['20 s', '3 min', '2 h', '3 d'])
})

test('values of a config with what set them', t => {
  const text =
    '# head\nname: a # b.yaml:1\nnodes:\n  mixed:\n    ratio:\n      - 0 # c.yaml:2\n      - 0.05 # --set x\n    deep: [{ one: 1 }]\n'
  t.deepEqual(configValues(text), [
    { path: 'name', value: 'a', origin: 'b.yaml:1' },
    { path: 'nodes.mixed.ratio', value: '[0, 0.05]', origin: 'c.yaml:2, --set x' },
    { path: 'nodes.mixed.deep.0.one', value: '1', origin: '' },
  ])
})

test('charts carry the titles of their axes, for screen readers too, and many points are averaged', t => {
  const points = Array.from({ length: 10_000 }, (_, x) => ({ x, y: x % 2 }))
  const drawn = lineChart({ title: 'A loss', x: 'step', y: 'loss', series: [{ name: 'a & b', points }] })
  t.regex(drawn, /role="img"[^>]*aria-label="A loss"/)
  t.true(drawn.includes('step →') && drawn.includes('↑ loss') && drawn.includes('currentColor'))
  t.true(drawn.length < 20_000, String(drawn.length))
  t.notRegex(chart('empty', { marks: [] }), /NaN/)
})

/** A run folder with embeddings that tell three classes apart as plainly as `told`, and their probe. */
async function probed(folder: string, told: number, against: string[] = []): Promise<{ arrow: string; probe: string }> {
  const arrow = join(folder, 'embeddings', 'sounds.arrow')
  mkdirSync(join(folder, 'embeddings'), { recursive: true })
  writeFileSync(join(folder, 'run.yaml'), `name: small\ntrain:\n  seed: ${told}\n`)
  const writer = createEmbeddingWriter(arrow, {
    dimensions: 5,
    columns: ['class', 'kit'],
    metadata: { graph: 'ü'.repeat(30_001) },
  })
  for (let at = 0; at < 60; at++) {
    const embedding = Float32Array.from({ length: 5 }, (_, k) => noise(at, k) + (k === at % 3 ? told : 0))
    const labels = { class: `c${at % 3}`, kit: `kit ${Math.floor(at / 10)}` }
    writer.write([{ clip: `${at}`, path: `${at}.wav`, start: 0, end: 1, labels, embedding }])
  }
  writer.close()
  const options = { file: arrow, label: 'class', group: 'kit', folds: 3, seed: 0, against }
  const probe = join(folder, 'probes', 'sounds-class-by-kit.probe.json')
  writeResult(probe, await runProbe(options))
  return { arrow, probe }
}

test('two runs are compared from their saved predictions as a probe of both would', async t => {
  const [first, second] = [scratchFolder('compare-first'), scratchFolder('compare-second')]
  const worse = await probed(first, 0.5)
  const better = await probed(second, 2, [worse.arrow])
  const { config, probes } = await compareRuns(first, second)
  t.deepEqual(config, [{ path: 'train.seed', values: ['0.5', '2'] }])
  const rival = readProbe(better.probe).rows[1]!
  for (const { classifier, balanced, paired } of probes) {
    const { behind, balanced: theirs } = rival.figures[classifier]!
    t.is(balanced[0], theirs)
    t.deepEqual(paired, behind, classifier)
  }
  t.is(probes.length, 2)
  t.regex(comparisonText(await compareRuns(first, second)), /sounds: class, kit held out \(kNN\) +\d/)
})

test('a probe without its predictions tells the same', async t => {
  const { probe } = await probed(scratchFolder('summary'), 1)
  const { predictions, file, ...rest } = readProbe(probe)
  t.is(predictions.clips.length, 60)
  t.is(file, probe)
  t.deepEqual(summariseProbe(probe) as unknown, rest)
  writeFileSync(probe, readFileSync(probe, 'utf8').slice(0, 500))
  t.is(summariseProbe(probe), undefined)
})

test('what a classifier and a separator of the run were judged by stands in its report; without either, nothing', t => {
  const run = scratchFolder('judged')
  t.deepEqual(judgedSections(run), [])
  const classification: Classification = {
    ...{ recipe: 'earshot-classification/1', run, sounds: 'sets/held out.yaml', clips: 10, patches: 20, labelled: 8 },
    ...{ left: [], byClip: [], checkpoint: { step: 300, sha256: '', graphHash: '', encoder: 'encoder' } },
    classifier: { node: 'head', column: 'kind <b>', classes: ['owl', 'fox'], outputs: 'softmax' },
    settings: { hop: 0.5, group: 'site', pooling: 'mean of patch probabilities' },
    figures: { balanced: { value: 0.75, interval: [0.5, 0.9] }, accuracy: { value: 0.8 } },
    byClass: [{ clips: 3, figure: 2 / 3 }, { clips: 0 }],
  }
  const mean = (value: number) => ({ mean: value, interval: [value - 1, value + 1] as [number, number], count: 4 })
  const counted = { right: 0.5, more: 0.25, fewer: 0.25 }
  const separation: Evaluation = {
    ...{ manifest: 'mixtures/manifest.tsv', mixtures: 4, skipped: [] },
    rows: [
      { name: 'untrained (floor)', step: 0, measures: { momi: mean(-0.8) }, counted },
      { name: 'runs/mixit', step: 800, measures: { momi: mean(7.2) }, counted, overFloor: { momi: mean(8) } },
      { name: 'ideal ratio mask (ceiling)', measures: { momi: mean(19.4) }, counted },
    ],
  }
  mkdirSync(join(run, 'classification', 'held out'), { recursive: true })
  mkdirSync(join(run, 'separation'))
  writeFileSync(join(run, 'classification', 'held out', 'classification.json'), JSON.stringify(classification))
  writeFileSync(join(run, 'separation', 'mixtures.json'), JSON.stringify(separation))
  const [classified, separated] = judgedSections(run).map(({ body }) => body)
  for (const words of [
    'kind &lt;b&gt;',
    'macro top-1',
    '75.0 [50.0, 90.0]',
    'groups of site',
    'owl',
    '66.7',
    'step 300',
  ])
    t.true(classified!.includes(words), words)
  t.false(classified!.includes('fox'), 'no clip is a fox')
  for (const words of ['MoMi over the floor 8.0 [7.0, 9.0]', '19.4 [18.4, 20.4]', 'runs/mixit  7.2 dB'])
    t.true(separated!.includes(words), words)
  t.notRegex(`${classified}${separated}`, /NaN|undefined/)
})
