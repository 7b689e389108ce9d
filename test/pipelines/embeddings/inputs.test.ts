import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { likelyLabel, mayBeLabel } from '../../../pipelines/embeddings/label-table.js'
import { readInputs } from '../../../pipelines/embeddings/write-embeddings.js'
import { scratchFolder } from '../../earshot.js'
import { writeWav } from '../../stages/audio/sounds.js'

test('a label column with the name of one of ours is told before any sound is read', async t => {
  const folder = scratchFolder('columns')
  writeFileSync(join(folder, 'a.wav'), '')
  for (const column of ['path', 'clip', 'embedding']) {
    writeFileSync(join(folder, 'table.csv'), `file,${column},label\na.wav,x,y\n`)
    const error = await t.throwsAsync(readInputs({ inputs: [join(folder, 'table.csv')] }), { instanceOf: Problem })
    t.is(error?.code, 'bad-column')
    t.regex(error?.message ?? '', new RegExp(`'${column}'`))
  }
  writeFileSync(join(folder, 'table.csv'), 'file,label\na.wav,y\n')
  t.deepEqual((await readInputs({ inputs: [join(folder, 'table.csv')] })).columns, ['label'])
})

test('long recordings without labels are rows of 5 s each; with labels, or as clips, they stay whole', async t => {
  const folder = scratchFolder('long-inputs')
  for (const name of ['20240501_063000.wav', '20240501_073000.wav'])
    writeWav(join(folder, name), new Float32Array(100 * 72), { rate: 100 })
  writeFileSync(join(folder, 'labels.csv'), 'file,label\n20240501_063000.wav,y\n')
  const counted = async (input: string, level?: 'clip') => (await readInputs({ inputs: [input], level })).clips.length
  t.is(await counted(folder), 30, 'the names of recorders are no labels')
  t.is(await counted(folder, 'clip'), 2)
  t.is(await counted(join(folder, 'labels.csv')), 1)
})

test('of several columns that of the sounds is proposed, not that of the recorder', t => {
  t.is(likelyLabel(['site', 'date', 'time', 'label', 'low_hz']), 'label')
  t.is(likelyLabel(['site', 'date', 'species']), 'species')
  t.is(likelyLabel(['kit', 'main_class']), 'main_class')
  t.is(likelyLabel(['site', 'date']), 'site')
  t.is(likelyLabel([]), undefined)
  t.deepEqual(['site', 'species', 'date'].filter(mayBeLabel), ['species'], 'no baselines for names of recorders alone')
})
