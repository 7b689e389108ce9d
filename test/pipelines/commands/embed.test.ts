/** From a trained run to an Arrow file and a probe, by the command line. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { earshot } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

const config = smallConfig('embed', { steps: 10, every: 10 })
const run = join(config.folder, 'run')

test.before(async t => {
  const { code, error } = await earshot(['train', config.config, '--run', run], config.cache)
  t.is(code, 0, error)
})

async function embedded(t: ExecutionContext, name: string, input: string, ...more: string[]) {
  const file = join(config.folder, `${name}.arrow`)
  const { code, error, out } = await earshot(['embed', run, input, '-o', file, ...more], config.cache)
  t.is(code, 0, error)
  const read = await openEmbeddings(file)
  t.teardown(() => read.close())
  return { file, out, read }
}

/** The sounds in a folder for each class, written once: tests run side by side. */
const byClass = join(config.folder, 'by class')
for (const name of readdirSync(config.sounds)) {
  const kind = join(byClass, name.split('_')[0]!)
  mkdirSync(kind, { recursive: true })
  copyFileSync(join(config.sounds, name), join(kind, name))
}

test('a row a clip, finite, the same again, with all that made them in the metadata', async t => {
  const first = await embedded(t, 'clips', config.sounds)
  t.is(first.read.rows, 24)
  t.is(first.read.dimensions, 384, 'mean and max of 64 bands, and of 16 bands of 8 channels')
  const whole = await first.read.read()
  t.true(whole.embedding.every(Number.isFinite))
  const { metadata } = first.read
  t.is(metadata['earshot.layer'], 'encoder.input,encoder.block1')
  t.regex(metadata['earshot.front-end']!, /"rate":16000/)
  t.regex(metadata['earshot.normalisation']!, /deviation/)
  t.regex(readFileSync(`${first.file}.skipped.jsonl`, 'utf8'), /c-truncated/)
  const parquet = join(config.folder, 'again.parquet')
  const again = await earshot(['embed', run, config.sounds, '-o', parquet, '--no-baselines'], config.cache)
  t.regex(again.out, /again\.arrow: 24 rows[\s\S]*again\.parquet: the same, for pandas/)
  t.is(readFileSync(parquet).toString('latin1', 0, 4), 'PAR1')
  const beside = await openEmbeddings(join(config.folder, 'again.arrow'))
  t.deepEqual((await beside.read()).embedding, whole.embedding)
  await beside.close()

  // a sound of another name is embedded as the file was, and finds itself
  const drum = readdirSync(config.sounds).find(file => file.startsWith('drum'))!
  const [example, page] = [join(config.folder, 'a <b> drum.flac'), join(config.folder, 'found')]
  copyFileSync(join(config.sounds, drum), example)
  const words = [
    'similar',
    first.file,
    `${example}@0-5 s`,
    '--run',
    run,
    '-n',
    '2',
    '-o',
    page,
    '--json',
    '--formats',
    'audacity',
  ]
  const { code, out, error } = await earshot(words, config.cache)
  t.is(code, 0, error)
  const [found] = JSON.parse(out).found
  t.true(found.clip.endsWith(drum) && found.similarity > 0.9999 && found.start === 0, out)
  const html = readFileSync(join(page, 'index.html'), 'utf8')
  t.is(html.match(/<audio [^>]*src="data:audio\/wav/g)!.length, 3, 'what was asked for, and what was found')
  t.regex(html, /Like .*a &lt;b&gt; drum\.flac@0-5 s/)
  const label = readFileSync(join(page, 'audacity', drum.replace(/\.\w+$/, '.txt')), 'utf8')
  t.regex(label, /^0\.0*\t[\d.]+\tlike .*a <b> drum\.flac@0-5 s$/m)
})

test('damaged weights of the untrained encoder are told before the sounds are read', async t => {
  const damaged = join(config.folder, 'damaged')
  cpSync(run, damaged, { recursive: true })
  const weights = readdirSync(damaged, { recursive: true, encoding: 'utf8' }).find(name =>
    name.endsWith('untrained.safetensors'),
  )!
  truncateSync(join(damaged, weights), 100)
  const output = join(config.folder, 'damaged.arrow')
  const { code, error } = await earshot(['embed', damaged, byClass, '-o', output], config.cache)
  t.is(code, 1)
  t.regex(error, /untrained\.safetensors is not the\s+file that its JSON describes/)
  t.false(existsSync(output))
  const without = await earshot(['embed', damaged, byClass, '-o', output, '--no-baselines'], config.cache)
  t.is(without.code, 0, without.error)
})

test('a clip embeds to the same numbers alone as among others', async t => {
  const all = await (await embedded(t, 'all', config.sounds)).read.read()
  const name = readdirSync(config.sounds).find(file => file.startsWith('drum'))!
  const alone = await (await embedded(t, 'alone', join(config.sounds, name))).read.read()
  const at = all.clips.findIndex(clip => clip.endsWith(name))
  t.deepEqual(alone.embedding, all.embedding.slice(384 * at, 384 * (at + 1)))
})

test('patches have starts and ends, a hop apart', async t => {
  const { read } = await embedded(
    t,
    'patches',
    join(config.sounds, readdirSync(config.sounds)[0]!),
    '--level',
    'patch',
    '--hop',
    '0.1s',
  )
  const starts = (await read.read()).column('start').map(Number)
  for (const [index, start] of starts.entries()) t.true(Math.abs(start - 0.1 * index) < 1e-9)
})

test('where clips have classes the baselines come along, and a probe compares with them', async t => {
  const { file, out } = await embedded(t, 'labelled', byClass)
  t.regex(out, /earshot probe .* --label class/)
  for (const baseline of ['untrained', 'log-mel', 'log-mel+duration']) {
    t.true(existsSync(join(config.folder, 'labelled.baselines', `${baseline}.arrow`)), baseline)
  }
  const probe = await earshot(['probe', file, '--label', 'class', '--folds', '2'], config.cache)
  t.is(probe.code, 0, probe.error)
  for (const row of ['trained', 'untrained encoder', 'log-mel statistics', 'chance'])
    t.true(probe.out.includes(row), row)
})

test('nothing to embed, no run, and a read-only place are said in a sentence', async t => {
  const empty = join(config.folder, 'empty')
  mkdirSync(empty, { recursive: true })
  writeFileSync(join(config.folder, 'plain-file'), '')
  const recording = join(config.folder, 'precious.flac')
  copyFileSync(join(config.sounds, readdirSync(config.sounds).find(file => file.startsWith('drum'))!), recording)
  const before = readFileSync(recording)
  const cases: [string[], RegExp][] = [
    [['embed', run, empty, '-o', join(config.folder, 'x.arrow')], /no audio|holds no/i],
    [['embed', join(config.folder, 'nowhere'), config.sounds, '-o', join(config.folder, 'x.arrow')], /does not exist/],
    [['embed', run, config.sounds, '-o', join(config.folder, 'plain-file', 'x.arrow')], /cannot be (written|made)/],
    [['embed', run, config.sounds, '-o', 'x.arrow', '--hop', '5 Hz'], /not a duration/],
    [['embed', run, recording, '-o', recording], /is read here, and would be written over/],
    [['embed', run, config.sounds, '-o', recording], /its name says \.flac/],
  ]
  for (const [words, expected] of cases) {
    const { code, error } = await earshot(words, config.cache)
    t.is(code, 1, words.join(' '))
    t.regex(error, expected)
    t.notRegex(error, /\n {4}at /, 'no stack trace')
  }
  t.deepEqual(readFileSync(recording), before)
})
