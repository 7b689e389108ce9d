/** From a file of published weights to embeddings and a probe, by the command line. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { findCheckpoint } from '../../../pipelines/model/checkpoint.js'
import { earshot } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

const { folder, sounds, cache } = smallConfig('import', { steps: 1, every: 1 })
const WEIGHTS = 'test/fixtures/uclser20/vgg.safetensors'
const run = join(folder, 'published')

test.before(async t => {
  const words = ['import', 'uclser20', WEIGHTS, '-o', run, '--sounds', sounds]
  const { code, error, out } = await earshot(words, cache)
  t.is(code, 0, error)
  t.regex(out, /VGG-like encoder of uclser20, its inputs scaled by/)
})

test('the checkpoint holds the published weights, the steps they took, and says how its inputs are scaled', t => {
  const { checkpoint } = findCheckpoint(run)
  t.is(checkpoint.step, 15) // 30 batches, two a step
  t.regex(checkpoint.note!, /inputs are scaled by/)
  const { deviation } = checkpoint.statistics.mel!
  t.true(deviation > 0 && deviation < 1e-3) // a few units of log10 power over 25,000
  t.is(JSON.parse(readFileSync(join(run, 'status.json'), 'utf8')).state, 'finished')
})

test('it embeds, with the note in the metadata, and is probed beside an untrained encoder', async t => {
  const byClass = join(folder, 'by class')
  for (const name of readdirSync(sounds)) {
    const kind = join(byClass, name.split('_')[0]!)
    mkdirSync(kind, { recursive: true })
    copyFileSync(join(sounds, name), join(kind, name))
  }
  const file = join(folder, 'published.arrow')
  const { code, error, out } = await earshot(['embed', run, byClass, '-o', file], cache)
  t.is(code, 0, error)
  t.regex(out, /Their normalisation was not published/)
  const read = await openEmbeddings(file)
  t.is(read.dimensions, 120 + 2 * 96)
  t.regex(read.metadata['earshot.note']!, /inputs are scaled by/)
  const { embedding } = await read.read()
  t.true(embedding.every(Number.isFinite))
  t.true(new Set(embedding).size > embedding.length / 4)
  await read.close()
  t.true(existsSync(join(folder, 'published.baselines', 'untrained.arrow')))
  const probed = await earshot(['probe', file, '--label', 'class', '--folds', '2'], cache)
  t.is(probed.code, 0, probed.error)
  t.regex(probed.out, /untrained encoder/)
  t.regex(probed.out, /Their normalisation was not published/)
})

test('a layer inside the encoder is exported by its name; a wrong name is answered with the right ones', async t => {
  const file = join(folder, 'layer.arrow')
  const words = ['embed', run, sounds, '-o', file, '--no-baselines', '--layer']
  const { code, error } = await earshot([...words, 'encoder.convolution3'], cache)
  t.is(code, 0, error)
  const read = await openEmbeddings(file)
  t.is(read.dimensions, 4)
  t.is(read.metadata['earshot.layer'], 'encoder.convolution3')
  await read.close()
  const wrong = await earshot([...words, 'encoder.block3'], cache)
  t.is(wrong.code, 1)
  t.regex(wrong.error, /no layer 'block3'/)
  t.regex(wrong.error, /encoder\.convolution0, encoder\.convolution1/)
})

test('other weights, another model and a folder that is there are refused, and nothing is left', async t => {
  const at = join(folder, 'never')
  const refused = async (words: string[], says: RegExp) => {
    const { code, error } = await earshot(['import', ...words], cache)
    t.is(code, 1)
    t.regex(error, says)
    t.false(existsSync(at))
  }
  await refused(['uclser20', 'test/fixtures/uclser20/cases.safetensors', '-o', at], /neither the VGG-like nor the CRNN/)
  await refused(['uclser20', 'nowhere.safetensors', '-o', at], /cannot be read/)
  await refused(['uclser21', WEIGHTS, '-o', at], /no import of 'uclser21'/)
  await refused(['uclser20', WEIGHTS, '-o', at, '--sounds', join(folder, 'nowhere')], /no such file or folder/)
  const again = await earshot(['import', 'uclser20', WEIGHTS, '-o', run], cache)
  t.is(again.code, 1)
  t.regex(again.error, /already there/)
})
