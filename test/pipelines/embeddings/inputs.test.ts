import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { likelyLabel, mayBeLabel } from '../../../pipelines/embeddings/label-table.js'
import { readInputs } from '../../../pipelines/embeddings/write-embeddings.js'
import { scratchFolder } from '../../earshot.js'

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

test('of several columns that of the sounds is proposed, not that of the recorder', t => {
  t.is(likelyLabel(['site', 'date', 'time', 'label', 'low_hz']), 'label')
  t.is(likelyLabel(['site', 'date', 'species']), 'species')
  t.is(likelyLabel(['kit', 'main_class']), 'main_class')
  t.is(likelyLabel(['site', 'date']), 'site')
  t.is(likelyLabel([]), undefined)
  t.deepEqual(['site', 'species', 'date'].filter(mayBeLabel), ['species'], 'no baselines for names of recorders alone')
})
