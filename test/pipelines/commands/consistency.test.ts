import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { Consistency } from '../../../pipelines/evaluation/consistency/measure.js'
import { earshot } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

/** A small supervised graph on the sounds of `small`: labels are the beginnings of file names. */
function supervised(small: ReturnType<typeof smallConfig>): { config: string; set: string } {
  const names = readdirSync(small.sounds).filter(name => name !== 'c-truncated.flac')
  const set = join(small.folder, 'labels.tsv')
  const label = (name: string) => name.slice(0, name.indexOf('_'))
  const classes = [...new Set(names.map(label))]
  writeFileSync(set, `file\tlabel\n${names.map(name => `sounds/${name}\t${label(name)}\n`).join('')}`)
  const config = join(small.folder, 'supervised.yaml')
  writeFileSync(
    config,
    `extends: ${join(process.cwd(), 'graphs/supervised-16k.yaml')}
name: supervised
data: { set: ${JSON.stringify(set)} }
nodes:
  patch: { frames: 48 }
  batch: { size: 8 }
  labels: { size: 8 }
  label: { classes: [${classes.join(', ')}] }
  encoder: { width: 0.125 }
train:
  steps: 3
  calibration: 2
  compile: off
  optimiser: { kind: sgd }
  schedule: { kind: constant, learning-rate: 0.05 }
`,
  )
  return { config, set }
}

test('a supervised run is trained, and measured against its shifted self', async t => {
  const small = smallConfig('consistency', { steps: 2, every: 2 })
  const { config, set } = supervised(small)
  const run = join(small.folder, 'run')
  const trained = await earshot(['train', config, '--run', run], small.cache)
  t.is(trained.code, 0, trained.error)
  const { code, out, error } = await earshot(['consistency', run, set], small.cache)
  t.is(code, 0, error)
  t.regex(out, /time, frames +same class +cosine +recognised +balanced/)
  const folder = join(run, 'consistency', 'labels')
  t.true(existsSync(join(folder, 'consistency.svg')))
  t.regex(readFileSync(join(folder, 'filters.svg'), 'utf8'), /^<svg xmlns/)
  const found = JSON.parse(readFileSync(join(folder, 'consistency.json'), 'utf8')) as Consistency
  t.is(found.clips, 24)
  t.is(found.labelled, 24)
  for (const axis of ['time', 'frequency'] as const) {
    const [still, ...moved] = found.figures[axis]
    t.is(still!.same!.value, 1)
    t.true(Math.abs(still!.cosine.value - 1) < 1e-6)
    for (const { same, cosine } of moved) {
      t.true(same!.value >= 0 && same!.value <= 1)
      t.true(cosine.value < 1 && cosine.value > 0)
    }
  }
})

test('without a classifier embeddings are compared; a group that is not there is refused', async t => {
  const { folder, sounds, config, cache } = smallConfig('consistency of embeddings', { steps: 2, every: 2 })
  const run = join(folder, 'run')
  t.is((await earshot(['train', config, '--run', run], cache)).code, 0)
  const { code, out, error } = await earshot(['consistency', run, sounds], cache)
  t.is(code, 0, error)
  t.regex(out, /24 clips, \d+ patches, 1 left out/)
  t.regex(out, /No classifier in the graph/)
  t.notRegex(out, /recognised/)
  const refused = await earshot(['consistency', run, sounds, '--group', 'kit'], cache)
  t.is(refused.code, 1)
  t.regex(refused.error, /no column 'kit'/)
})
