/** Training and judging a classifier by the command line. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openEmbeddings } from '../../../../data/arrow/arrow-reader.js'
import { readClips } from '../../../../data/manifests.js'
import type { Classification } from '../../../../pipelines/evaluation/classification/classification.js'
import { earshot } from '../../../earshot.js'
import { supervised } from './supervised.js'

const linesOf = (run: string) =>
  readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

test('a classifier is watched by its own scores, stops early, is judged at its best; scores leave as Arrow', async t => {
  const watch = '  watch: { set: labels.tsv, label: label, node: classifier, every: 1, patience: 2 }\n'
  const small = supervised('finetune', 12, `${watch}  checkpoints: { best: true }\n`)
  const run = join(small.folder, 'run')
  // without learning nothing gets better, so that it ends after the first evaluation and two more
  const still = ['--set', 'train.schedule.learning-rate=1e-12', '--set', 'nodes.encoder.frozen=true']
  const { code, out, error } = await earshot(['finetune', small.config, '--run', run, ...still], small.cache)
  t.is(code, 0, error)
  t.regex(out, /Trained 3 steps, stopped early of 12.*Judged by the best checkpoint/)
  t.regex(out, /macro top-1 +[\d.]+ \[/)
  const lines = linesOf(run)
  t.deepEqual(
    lines.map(({ step }) => step),
    [1, 2, 3],
  )
  t.like(lines[0].watch, { clips: 24, chance: 1 / small.classes.length })
  const best = JSON.parse(readFileSync(join(run, 'checkpoints/best.json'), 'utf8'))
  t.deepEqual(best, { step: 1, balanced: lines[0].watch.balanced })
  const folder = join(run, 'classification', 'labels')
  const found = JSON.parse(readFileSync(join(folder, 'classification.json'), 'utf8')) as Classification
  t.like(found, { clips: 24, labelled: 24, checkpoint: { step: 1 } })
  t.is(found.figures!.balanced!.value, best.balanced)
  const right = found.byClip.filter(({ label, top }) => label === top).length
  t.is(found.figures!.accuracy!.value, right / 24)

  const source = await openEmbeddings(join(folder, 'scores.arrow'))
  t.is(source.dimensions, small.classes.length)
  t.deepEqual(JSON.parse(source.metadata['earshot.classes']!), small.classes)
  for await (const { rows, embedding } of source.batches())
    for (let row = 0; row < rows; row++) {
      const scores = embedding.slice(row * source.dimensions, (row + 1) * source.dimensions)
      t.true(Math.abs(scores.reduce((sum, one) => sum + one, 0) - 1) < 1e-5)
      t.true(Math.abs(Math.max(...scores) - found.byClip[row]!.probability) < 1e-6)
    }
  await source.close()
})

test('without a test set or a classifier nothing is trained', async t => {
  const small = supervised('unjudged', 1)
  const run = join(small.folder, 'run')
  const said = async (config: string, ...edits: string[]) =>
    (await earshot(['finetune', config, '--run', run, ...edits], small.cache)).error
  t.regex(await said(small.config, '--set', 'evaluate=null'), /names no sounds to judge the classifier on/)
  const views = join(small.folder, 'views.yaml')
  writeFileSync(views, 'extends: small.yaml\nevaluate: { set: labels.tsv }\n')
  t.regex(await said(views), /no classifier/)
  const early = ['--set', 'train.watch={set: labels.tsv, label: label, patience: 2}']
  t.regex(await said(small.config, ...early), /goes back to its best checkpoint/)
  t.false(existsSync(run))
})

test('train.from in a config takes what --from takes', async t => {
  const small = supervised('from a config', 1)
  const first = join(small.folder, 'first')
  t.is((await earshot(['train', small.config, '--run', first], small.cache)).code, 0)
  const config = join(small.folder, 'again.yaml')
  writeFileSync(config, 'extends: supervised.yaml\ntrain: { from: first }\n')
  const run = join(small.folder, 'second')
  const { code, error } = await earshot(['train', config, '--run', run], small.cache)
  t.is(code, 0, error)
  t.regex(error, /From .*first.*: encoder, classifier\./)
  t.true(existsSync(join(run, 'started-from.json')))
})

test('label noise of a config: told in the run, refused where it cannot be', async t => {
  const small = supervised('noise', 1)
  const run = join(small.folder, 'run')
  const noise = (labels: string) => ['--set', `data.labels={${labels}}`]
  const said = async (labels: string) =>
    (await earshot(['train', small.config, '--run', run, ...noise(labels)], small.cache)).error
  t.regex(await said('outside: 0.2'), /outside-set/)
  t.regex(await said('drop: 0.2'), /separator/)
  t.regex(await said('flip: 0.2, column: clas'), /no column 'clas'/)
  const { code, error } = await earshot(['train', small.config, '--run', run, ...noise('flip: 0.25')], small.cache)
  t.is(code, 0, error)
  const changes = readFileSync(join(run, 'label-changes.tsv'), 'utf8').trim().split('\n').slice(1)
  t.is(changes.length, 6)
  t.true(changes.every(line => line.startsWith('flip\t')))
  const { clips } = await readClips(join(run, 'training-set.tsv'))
  for (const line of changes) {
    const [, clip, was, is] = line.split('\t')
    t.is(clips.find(({ id }) => id.endsWith(clip!))!.labels.label, is!)
    t.is(clip!.slice('sounds/'.length).split('_')[0], was!)
  }
})

test('a second run trains on what the first one does not suspect', async t => {
  const small = supervised('pruned', 1)
  const [first, second] = [join(small.folder, 'first'), join(small.folder, 'second')]
  t.is((await earshot(['train', small.config, '--run', first], small.cache)).code, 0)
  const { code, out, error } = await earshot(['classify', first, small.set, '--prune', '75'], small.cache)
  t.is(code, 0, error)
  t.regex(error, /has learned from these sounds/)
  t.regex(out, /pruned\.tsv: 18 of 24 labelled clips/)
  const pruned = join(first, 'classification/labels/pruned.tsv')
  const again = ['train', small.config, '--run', second, '--from', first, '--set', `data.set=${pruned}`]
  const trained = await earshot(again, small.cache)
  t.is(trained.code, 0, trained.error)
  const flagged = await earshot(['classify', first, small.set, '--flag', '2%'], small.cache)
  t.regex(flagged.error, /several classes a clip/)
})
