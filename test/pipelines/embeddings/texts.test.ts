/** Sounds beside given vectors of texts: from published vectors of words to a search by a text. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { writeTextRows } from '../../../pipelines/embeddings/arrow-writer.js'
import { earshot } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

const { folder, sounds, cache } = smallConfig('texts', { steps: 2, every: 2 })
const at = (name: string) => join(folder, name)

test.before(async t => {
  const files = readdirSync(sounds).filter(name => !name.startsWith('c-'))
  const rows = files.map(name => `${name}\t${name.startsWith('bd') ? 'kick drum' : 'noise'}`)
  writeFileSync(at('labels.tsv'), `file\tlabel\n${rows.join('\n')}\n`)
  writeFileSync(at('set.yaml'), 'folder: sounds\ntable: ../labels.tsv\n')
  writeFileSync(at('words.txt'), 'kick 1 0 0\ndrum 0 1 0\nnoise 0 0 1\n')
  writeFileSync(at('texts.tsv'), 'text\nkick drum\nnoise\n')
  writeFileSync(
    at('beside.yaml'),
    `extends: ${join(process.cwd(), 'graphs/audio-text.yaml')}
name: beside
data: { set: set.yaml }
nodes:
  text: { file: texts.arrow, size: 3 }
  batch: { size: 8 }
  texts: { size: 8 }
  encoder: { widths: [4, 8] }
  words: { hidden: 8, width: 16 }
train: { steps: 2, log-every: 1, calibration: 1, compile: off, optimiser: { kind: sgd }, schedule: { kind: constant, learning-rate: 0.05 }, checkpoints: { every: 2, keep: 1 } }
`,
  )
  for (const words of [
    ['import', 'word-vectors', at('words.txt'), '--texts', at('texts.tsv'), '-o', at('texts.arrow')],
    ['train', at('beside.yaml'), '--run', at('run')],
    ['embed', at('run'), at('set.yaml'), '-o', at('sounds.arrow'), '--readout', 'plain', '--no-baselines'],
    ['embed', at('run'), at('texts.arrow'), '-o', at('asked.arrow')],
  ]) {
    const { code, error } = await earshot(words, cache)
    t.is(code, 0, `${words.join(' ')}\n${error}`)
  }
})

test('a text has a row in the space of the sounds, and finds those that are like it', async t => {
  const [texts, heard] = [
    await openEmbeddings(at('asked.arrow'), 'embedding', 'text'),
    await openEmbeddings(at('sounds.arrow')),
  ]
  const { clips, embedding } = await texts.read()
  t.deepEqual(clips, ['kick drum', 'noise'])
  t.is(texts.dimensions, heard.dimensions)
  t.true(embedding.every(Number.isFinite))
  await Promise.all([texts.close(), heard.close()])
  const words = [
    'similar',
    at('sounds.arrow'),
    'kick drum',
    '--query',
    at('asked.arrow'),
    '-n',
    '3',
    '--label',
    'label',
  ]
  const { code, out, error } = await earshot(words, cache)
  t.is(code, 0, error)
  t.regex(out, /^Most like kick drum, of 24 rows/)
  t.regex(out, /-?\d\.\d{4} +\S+\.flac +(kick drum|noise)/)
})

test('sounds that were read out in another way are told as such, and texts whose vectors are none are refused', async t => {
  const otherwise = at('otherwise.arrow')
  await earshot(['embed', at('run'), at('set.yaml'), '-o', otherwise, '--readout', 'bands', '--no-baselines'], cache)
  const { error } = await earshot(['similar', otherwise, 'noise', '--query', at('asked.arrow')], cache)
  t.regex(error, /read out of the encoder in another way .*They say plain/s)
  const broken: [string, [string, number][], RegExp][] = [
    ['not-finite', [['noise', Number.NaN]], /numbers that are not finite: noise/],
    [
      'twice',
      [
        ['noise', 1],
        ['noise', 2],
      ],
      /Of one text there are several rows: noise/,
    ],
    ['none', [], /holds no text/],
  ]
  for (const [name, texts, says] of broken) {
    const rows = texts.map(([text, number]) => ({ labels: { text }, embedding: Float32Array.of(number, 0, 0) }))
    writeTextRows(at(`${name}.arrow`), rows, { dimensions: 3, columns: ['text'], metadata: {} })
    t.regex((await earshot(['embed', at('run'), at(`${name}.arrow`), '-o', at('never.arrow')], cache)).error, says)
  }
})

test('texts of another width, no file of texts, a head that is not there', async t => {
  const embed = (file: string, ...more: string[]) =>
    earshot(['embed', at('run'), file, '-o', at('never.arrow'), ...more], cache)
  writeFileSync(at('wide.txt'), 'kick 1 0\ndrum 0 1\nnoise 1 1\n')
  await earshot(['import', 'word-vectors', at('wide.txt'), '--texts', at('texts.tsv'), '-o', at('wide.arrow')])
  t.regex((await embed(at('wide.arrow'))).error, /vectors hold 2 numbers; 'words' has learned of 3/)
  t.regex((await embed(at('sounds.arrow'))).error, /no column 'text'/)
  t.regex((await embed(at('texts.arrow'), '--layer', 'word')).error, /no head 'word' .*Those that it has: words/s)
})
