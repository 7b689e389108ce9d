/** Missing labels in two passes: a teacher trains, what it scores high is flagged, and a student is not asked for it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readClips } from '../../../../data/manifests.js'
import type { Classification } from '../../../../pipelines/evaluation/classification/classification.js'
import { readPredictions } from '../../../../pipelines/sweeps/predictions.js'
import { earshot } from '../../../earshot.js'
import { supervised } from './supervised.js'

test('teacher, flagged table, student: of clips with several labels', async t => {
  const small = supervised('missing labels', 1)
  const label = (name: string, at: number) => `${name.slice(0, name.indexOf('_'))}${at % 2 === 0 ? '; even' : ''}`
  const rows = small.clips.map((name, at) => `sounds/${name}\t${label(name, at)}\n`)
  writeFileSync(small.set, `file\tlabel\n${rows.join('')}`)
  const config = join(small.folder, 'several.yaml')
  writeFileSync(
    config,
    `extends: supervised.yaml
data: { labels: { separator: ;, drop: 0.1 } }
nodes:
  label: { classes: [${[...small.classes, 'even'].join(', ')}], separator: ; }
  entropy: { outputs: sigmoid }
`,
  )
  const [teacher, student] = [join(small.folder, 'teacher'), join(small.folder, 'student')]
  const trained = await earshot(['train', config, '--run', teacher], small.cache)
  t.is(trained.code, 0, trained.error)
  const set = join(teacher, 'training-set.tsv')
  const { clips } = await readClips(set)
  // 36 labels, of which a tenth is gone
  t.is(
    clips.reduce((sum, { labels }) => sum + labels.label!.split(';').length, 0),
    32,
  )

  const predictions = join(small.folder, 'kept', 'predictions.json')
  const words = ['classify', teacher, set, '--flag', '25%', '--predictions', predictions]
  const { code, out, error } = await earshot(words, small.cache)
  t.is(code, 0, error)
  t.regex(out, /mAP +[\d.]+ \[[\s\S]*lwlrap/)
  const folder = join(teacher, 'classification/training-set')
  const said = JSON.parse(readFileSync(join(folder, 'classification.json'), 'utf8')) as Classification
  t.deepEqual(Object.keys(said.figures!), ['map', 'dPrime', 'lwlrap'])
  // a sweep, which reads what is kept, comes to the same figures
  const { jobs } = readPredictions(new Map([['teacher', [predictions]]]))!
  const scored = jobs.get('teacher')![0]!.scorers['own classifier']!([new Uint32Array(clips.length).fill(1)])
  t.true(Math.abs(scored.mAP![0]! - said.figures!.map!.value) < 1e-6)
  t.true(Math.abs(scored.lwlrap![0]! - said.figures!.lwlrap!.value) < 1e-6)
  const flagged = join(folder, 'flagged.tsv')
  for (const { labels } of (await readClips(flagged)).clips) {
    const has = labels.label!.split(';').map(name => name.trim())
    t.false((labels.flagged ?? '').split(';').some(name => has.includes(name)))
  }
  const edits = [`data={set: ${JSON.stringify(flagged)}}`, 'nodes.label.missing=flagged']
  const sets = edits.flatMap(edit => ['--set', edit])
  const again = await earshot(['finetune', config, '--run', student, ...sets], small.cache)
  t.is(again.code, 0, again.error)
  t.regex(again.out, /Judged by the last checkpoint[\s\S]*mAP/)
  const mixed = await earshot(
    ['train', config, '--run', `${student}-2`, ...sets, '--set', 'train.mixup={}'],
    small.cache,
  )
  t.regex(mixed.error, /mixup mixes labels with sounds, and 'label' has labels that may be missing/)
})
