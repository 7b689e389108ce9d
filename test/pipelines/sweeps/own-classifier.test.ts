/** A sweep of supervised runs judges each by the classifier that it has trained. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { earshot } from '../../earshot.js'
import { supervised } from '../evaluation/classification/supervised.js'
import { jobsOf, tableOf } from './small-sweep.js'

const sweepOf = (base: string, classifiers: string) => `name: small
base: ${base}
seeds: [3]
arms:
  base: []
  hot: [{ set: train.schedule.learning-rate=0.5 }]
claims:
  heat helps: { better: hot, than: base, on: [sounds] }
evaluate:
  sounds: { set: labels.tsv, label: label, classifiers: ${classifiers} }
budget: { threads: 1, memory: 100 MB }
`

test('arms are compared by what classify says of each run', async t => {
  const made = supervised('sweep-own', 3)
  const file = join(made.folder, 'sweep.yaml')
  writeFileSync(file, sweepOf('supervised.yaml', '[own]'))
  const output = join(made.folder, 'out')
  const ran = await earshot(['sweep', 'run', file, '--output', output], made.cache)
  t.is(ran.code, 0, ran.error)
  t.regex(ran.out, /heat helps/)
  for (const arm of ['base', 'hot']) {
    const run = join(jobsOf(output)[arm]!, 'run')
    const judged = join(made.folder, `judged-${arm}`)
    const { code, error } = await earshot(['classify', run, made.set, '-o', judged], made.cache)
    t.is(code, 0, error)
    const { figures } = JSON.parse(readFileSync(join(judged, 'classification.json'), 'utf8'))
    const row = tableOf(output)
      .split('\n')
      .find(line => line.startsWith(`${arm},arm`) && line.includes(',balanced accuracy,'))!
    t.true(row.includes('own classifier'), row)
    t.true(row.includes(String(figures.balanced.value)), `${row}: ${figures.balanced.value}`)
  }
})

test('a graph without a classifier, and own beside others, are told before anything runs', async t => {
  const made = supervised('sweep-no-classifier', 3)
  const file = join(made.folder, 'sweep.yaml')
  writeFileSync(file, sweepOf('small.yaml', '[own]'))
  const refused = await earshot(['sweep', 'plan', file], made.cache)
  t.is(refused.code, 1)
  t.regex(refused.error, /The graph has no classifier/)
  writeFileSync(file, sweepOf('supervised.yaml', '[own, knn]'))
  t.regex((await earshot(['sweep', 'plan', file], made.cache)).error, /own stands alone/)
})
