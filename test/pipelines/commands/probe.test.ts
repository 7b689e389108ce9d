import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { createEmbeddingWriter } from '../../../pipelines/embeddings/arrow-writer.js'
import type { ProbeRequest } from '../../../pipelines/evaluation/probes/probe-options.js'
import { resultFile } from '../../../pipelines/evaluation/probes/result-file.js'
import { resultText } from '../../../pipelines/evaluation/probes/result-text.js'
import { runProbe } from '../../../pipelines/evaluation/probes/run-probe.js'
import { earshot } from '../../earshot.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-probe-'))
test.after.always(() => rmSync(folder, { recursive: true }))

interface Made {
  clip: string
  labels: Record<string, string | undefined>
  embedding: number[]
}

/** 60 clips of 3 classes from 6 kits. `told` is how plainly the embedding says the class; the rest is repeatable noise. */
function clips(told: number): Made[] {
  return Array.from({ length: 60 }, (_, at) => {
    const label = at % 3
    const noise = (k: number) => 4 * ((Math.abs(Math.sin(12.9898 * at + 78.233 * k) * 43_758.5453) % 1) - 0.5)
    return {
      clip: `kick/${at}.wav`,
      labels: {
        class: ['kick', 'snare', 'hat'][label],
        kit: `kit ${Math.floor(at / 10)}`,
        part: at < 40 ? 'train' : 'test',
      },
      embedding: [0, 1, 2, 3, 4].map(k => noise(k) + (k === label ? told : 0)),
    }
  })
}

function write(
  name: string,
  rows: readonly Made[],
  metadata: Record<string, string> = { 'earshot.level': 'clip' },
): string {
  const file = join(folder, name)
  const dimensions = rows[0]!.embedding.length
  const writer = createEmbeddingWriter(file, { dimensions, columns: Object.keys(rows[0]!.labels), metadata })
  for (const row of rows)
    writer.write([{ ...row, path: row.clip, start: 0, end: 1, embedding: Float32Array.from(row.embedding) }])
  writer.close()
  return file
}

const options = (file: string, more: Partial<ProbeRequest> = {}): ProbeRequest => ({
  ...{ file, label: 'class', folds: 5, seed: 0, against: [] },
  ...more,
})

const problemOf = async (work: Promise<unknown>): Promise<Problem> => {
  try {
    await work
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('no problem')
}

const good = write('good.arrow', clips(9))
const poor = write('poor.arrow', clips(1).reverse())
write('good.baselines/untrained.arrow', clips(2))
write('good.baselines/log-mel.arrow', clips(0))

test('rows, folds and paired differences: good embeddings beat their baselines and chance', async t => {
  const steps: number[] = []
  const begin = (total: number) => () => {
    steps.push(total)
  }
  const result = await runProbe(options(good, { group: 'kit', against: [poor] }), begin)
  const { rows, tested } = result.comparison
  t.deepEqual(
    rows.map(row => row.name),
    ['trained', 'untrained encoder', 'log-mel statistics', 'poor', 'chance: largest class', 'chance: uniform guess'],
  )
  t.deepEqual(result.missing, [{ name: 'log-mel statistics + duration', why: 'its file is not there' }])
  t.is(tested.length, 60)
  t.is(result.examples.groups, 6)
  t.true(steps.length > 0 && steps.every(total => total === steps.length))
  for (const classifier of ['logistic regression', 'kNN']) {
    const figures = rows.map(row => row.figures[classifier]!)
    t.true(figures[0]!.balanced > 0.95)
    t.is(figures[0]!.behind, undefined)
    for (const figure of figures.slice(1)) {
      t.true(figure.behind!.interval[0] > 0, `${classifier} ${figure.balanced}`)
      t.true(Math.abs(figure.behind!.difference - (figures[0]!.balanced - figure.balanced)) < 1e-12)
    }
    t.true(Math.abs(figures.at(-1)!.balanced - 1 / 3) < 1e-12)
  }
  const text = resultText(result)
  t.regex(text, /60 clips, 3 classes; 5 folds, 6 groups of 'kit' held out whole; seed 0/)
  t.regex(text, /No baseline 'log-mel statistics \+ duration'/)
})

test('baselines that an earlier run left behind are not compared with', async t => {
  const of = (checkpoint: string) => ({ 'earshot.level': 'clip', 'earshot.checkpoint': checkpoint })
  const file = write('second.arrow', clips(9), of('cafe0123456789'))
  write('second.baselines/untrained.arrow', clips(2), of('beef0123456789'))
  write('second.baselines/log-mel.arrow', clips(0), of('cafe0123456789'))
  const result = await runProbe(options(file))
  t.deepEqual(
    result.comparison.rows.slice(0, 2).map(row => row.name),
    ['trained', 'log-mel statistics'],
  )
  t.regex(
    resultText(result),
    /No baseline 'untrained encoder': its file is of the checkpoint beef0123, these .* cafe0123\./,
  )
})

test('the same twice, whatever the order of the file; another seed, other folds', async t => {
  const turned = write('turned.arrow', clips(1))
  const [one, other, third] = [
    await runProbe(options(poor)),
    await runProbe(options(turned)),
    await runProbe(options(turned, { seed: 1 })),
  ]
  t.deepEqual(one.comparison.rows[0]!.figures, other.comparison.rows[0]!.figures)
  t.notDeepEqual(one.examples.folds, third.examples.folds)
})

test('rows of one clip are averaged, and that is said', async t => {
  const patches = clips(2).flatMap(clip =>
    [-5, 5].map(add => ({ ...clip, embedding: clip.embedding.map(value => value + add) })),
  )
  const averaged = await runProbe(options(write('patches.arrow', patches)))
  const whole = await runProbe(options(write('whole.arrow', clips(2))))
  t.deepEqual(averaged.examples.notes, ['120 rows averaged to 60 clips.'])
  t.notRegex(resultText(averaged), /two numbers a band/, 'of a baseline that is not there nothing is said')
  t.deepEqual(averaged.comparison.rows[0]!.figures.kNN!.predicted, whole.comparison.rows[0]!.figures.kNN!.predicted)
})

test('a split column is obeyed', async t => {
  const { comparison, examples } = await runProbe(options(good, { split: 'part' }))
  t.is(examples.folds.length, 1)
  t.deepEqual(
    comparison.tested.map(at => examples.clips[at]).sort(),
    clips(0)
      .slice(40)
      .map(({ clip }) => clip)
      .sort(),
  )
})

test('labels of a table are joined by the stem of the file name; unlabelled clips are counted', async t => {
  const bare = write(
    'bare.arrow',
    clips(9).map(({ clip, embedding }) => ({ clip, embedding, labels: {} })),
    {},
  )
  const table = join(folder, 'labels.csv')
  const lines = clips(0)
    .slice(3)
    .map(({ clip, labels }) => `${clip.replace('kick/', '').replace('.wav', '.flac')},"${labels.class}, dry"`)
  writeFileSync(table, `file,sort\n${lines.join('\n')}\n0.flac,\n`)
  const { comparison, examples } = await runProbe(options(bare, { label: 'sort', labels: table }))
  t.is(comparison.rows[0]!.name, 'bare')
  t.deepEqual(examples.classes, ['hat, dry', 'kick, dry', 'snare, dry'])
  t.deepEqual(examples.notes, [`2 clips not found in ${table}.`, "3 clips left out: no value in 'sort'."])
})

test('two folders hold files of the same names: labels of one are not given to the other, and a table of neither is told', async t => {
  const rows = clips(9).map(({ embedding }, at) => ({
    ...{ clip: `${at % 2 ? 'loud' : 'soft'}/${at >> 1}.wav`, embedding, labels: {} },
  }))
  const twice = write('twice.arrow', rows, {})
  const table = join(folder, 'twice.csv')
  const asked = options(twice, { label: 'sort', labels: table })
  const named = (folder: (at: number) => string) =>
    writeFileSync(
      table,
      `file,sort\n${rows.map((_, at) => `${folder(at)}${at >> 1}.wav,${at % 3 ? 'hat' : 'kick'}`).join('\n')}\n`,
    )
  named(at => (at % 2 ? 'loud/' : 'other/'))
  t.deepEqual((await runProbe(asked)).examples.notes, [
    `30 clips not found in ${table}.`,
    "30 clips left out: no value in 'sort'.",
  ])
  writeFileSync(table, 'file,sort\n0.wav,hat\n1.wav,kick\n')
  t.regex(
    (await problemOf(runProbe(asked))).message,
    /'0.wav' \(line 2\) may be the clip 'soft\/0.wav' or 'loud\/0.wav'/,
  )
  writeFileSync(table, 'file,sort\nnobody.wav,hat\n')
  t.regex(
    (await problemOf(runProbe(asked))).hint ?? '',
    /first row names 'nobody.wav', the first clip is 'soft\/0.wav'/,
  )
})

test('a class in one group only is left out, and fewer groups than folds make fewer folds', async t => {
  const rows = clips(9).map((clip, at) => (at < 2 ? { ...clip, labels: { ...clip.labels, class: 'gong' } } : clip))
  const { examples } = await runProbe(options(write('gong.arrow', rows), { group: 'kit', folds: 8 }))
  t.deepEqual(examples.classes, ['hat', 'kick', 'snare'])
  t.deepEqual(examples.notes, [
    "2 clips left out: their class is found in one 'kit' only (gong).",
    "6 folds instead of 8: 'kit' has only 6 groups.",
  ])
})

test('a class with fewer clips than folds stays, with a word about it', async t => {
  const rows = clips(9).map((clip, at) => (at < 3 ? { ...clip, labels: { ...clip.labels, class: 'gong' } } : clip))
  const { examples } = await runProbe(options(write('few.arrow', rows)))
  t.true(examples.classes.includes('gong'))
  t.regex(examples.notes.join(), /some folds test none: gong.*--folds 3/)
})

const changed = (name: string, change: (row: Made, at: number) => Made) => write(name, clips(9).map(change))
const labelled = (labels: Record<string, string | undefined>) => (row: Made) => ({
  ...row,
  labels: { ...row.labels, ...labels },
})

test('what cannot be probed is a problem that says what to do', async t => {
  const code = async (file: string, more: Partial<ProbeRequest> = {}) =>
    (await problemOf(runProbe(options(file, more)))).code
  const nan = changed('nan.arrow', (row, at) => (at === 7 ? { ...row, embedding: [1, Number.NaN, 1, 1, 1] } : row))
  t.regex((await problemOf(runProbe(options(nan)))).message, /row 7 \(clip kick\/7.wav\) holds NaN/)
  t.is(await code(changed('one-class.arrow', labelled({ class: 'kick' }))), 'one-class')
  t.is(await code(changed('no-class.arrow', labelled({ class: undefined }))), 'no-labels')
  t.is(await code(changed('one-kit.arrow', labelled({ kit: 'only' })), { group: 'kit' }), 'one-group')
  t.is(await code(changed('all-test.arrow', labelled({ part: 'test' })), { split: 'part' }), 'one-group')
  t.is(await code(good, { folds: 61 }), 'few-clips')
  t.regex((await problemOf(runProbe(options(good, { label: 'clas' })))).message, /Did you mean 'class'/)
  t.is(await code(good, { against: [write('part.arrow', clips(9).slice(1))] }), 'other-clips')
  const two = changed('two.arrow', (row, at) =>
    at === 3 ? { ...row, clip: 'kick/0.wav', labels: { ...row.labels, class: 'snare' } } : row,
  )
  t.is(await code(two), 'two-values')
})

test('results lie in the run folder if the embeddings do, else beside them', t => {
  mkdirSync(join(folder, 'run', 'embeddings'), { recursive: true })
  writeFileSync(join(folder, 'run', 'run.yaml'), '')
  const file = join(folder, 'run', 'embeddings', 'drums.arrow')
  t.is(resultFile(options(file, { group: 'kit' })), join(folder, 'run', 'probes', 'drums-class-by-kit.probe.json'))
  t.is(resultFile(options(good)), join(folder, 'good-class.probe.json'))
})

test('the verb prints the tables and saves every figure', async t => {
  const words = ['--label', 'class', '--group', 'kit', '--json', join(folder, 'out', 'result.json')]
  const { out, code } = await earshot(['probe', good, ...words])
  t.is(code, 0)
  t.regex(out, /logistic regression +balanced acc\. +95 % +accuracy +trained minus this/)
  t.regex(out, /untrained encoder +\d+\.\d \[\d+\.\d, \d+\.\d\]/)
  t.regex(out, /How to read it/)
  t.regex(out, /Next: \.\/earshot/)
  const saved = JSON.parse(readFileSync(join(folder, 'out', 'result.json'), 'utf8'))
  t.is(saved.recipe, 'earshot-probe/1')
  t.is(saved.options.group, 'kit')
  t.is(saved.predictions.clips.length, 60)
  t.is(saved.rows[1].figures['logistic regression'].chosen.length, 5)
})

test('the verb ends with 1 and a sentence on a mistake', async t => {
  const { error, code } = await earshot(['probe', good, '--label', 'class', '--folds', 'many'])
  t.is(code, 1)
  t.regex(error, /--folds must be a whole number from 2, not 'many'/)
  t.false(existsSync(join(folder, 'many.json')))
})
