/** What people really have in their folders: a clear sentence or a skipped clip, never a stack trace, nothing lost. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { earshot } from '../earshot.js'
import { smallConfig } from '../small-config.js'

/** A mono 16-bit WAV file at 16 kHz. */
function wav(samples: readonly number[]): Buffer {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + 2 * samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(16000, 24)
  header.writeUInt32LE(32000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(2 * samples.length, 40)
  return Buffer.concat([header, Buffer.from(Int16Array.from(samples).buffer)])
}

/** The same with float samples, all of them NaN. */
function nanWav(): Buffer {
  const bytes = wav(Array.from({ length: 32000 }, () => 0))
  bytes.writeUInt16LE(3, 20)
  bytes.writeUInt32LE(64000, 28)
  bytes.writeUInt16LE(4, 32)
  bytes.writeUInt16LE(32, 34)
  for (let at = 44; at < bytes.length; at += 4) bytes.writeFloatLE(Number.NaN, at)
  return bytes
}

test('bad audio is left out with its reason; what can be used is used', async t => {
  const config = smallConfig('bad-audio', { steps: 2, every: 2 })
  const put = (name: string, bytes: Buffer | string) => writeFileSync(join(config.sounds, name), bytes)
  put('empty.wav', '')
  put('no-samples.wav', wav([]))
  put('one-sample.wav', wav([1000]))
  put('not-a-number.wav', nanWav())
  put('not-audio.wav', 'this is text')
  const [first] = readdirSync(config.sounds).filter(name => name.startsWith('drum'))
  copyFileSync(join(config.sounds, first!), join(config.sounds, 'flac-named.wav'))
  const run = join(config.folder, 'run')
  const { code, error } = await earshot(
    ['train', config.config, '--run', run, '--set', 'train.bad-clips=0.5'],
    config.cache,
  )
  t.is(code, 0, error)
  const skipped = readFileSync(join(run, 'skipped.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const reasons = Object.fromEntries(skipped.map(({ clip, code }) => [clip, code]))
  t.deepEqual(Object.keys(reasons).sort(), [
    'c-truncated.flac',
    'empty.wav',
    'no-samples.wav',
    'not-a-number.wav',
    'not-audio.wav',
  ])
  t.true(skipped.every(({ reason }) => typeof reason === 'string' && reason.length > 10))
  t.is(new Set(Object.values(reasons)).size, 5, 'each has a code of its own')
})

test('too many bad clips stop the run before training', async t => {
  const config = smallConfig('many-bad', { steps: 2, every: 2 })
  const { code, error } = await earshot(
    ['train', config.config, '--run', join(config.folder, 'run'), '--set', 'train.bad-clips=0.01'],
    config.cache,
  )
  t.is(code, 1)
  t.regex(error, /1 of 25 clips cannot be used; the first, .*c-truncated/)
  t.regex(error, /skipped\.jsonl.*raise train\.bad-clips \(now 0\.01\)\.\n/s)
  t.is(error.match(/c-truncated/g)?.length, 1, 'its path comes once')
  const batch = await earshot(
    ['train', config.config, '--run', join(config.folder, 'large'), '--set', 'nodes.batch.size=25'],
    config.cache,
  )
  t.regex(
    batch.error,
    /1 of 25 clips .*Mend or remove them, or take smaller batches:\s+--set\s+nodes\.batch\.size=24\.\n/s,
  )
})

test('an empty folder, a folder with one clip, and a folder that is not there', async t => {
  const config = smallConfig('few', { steps: 2, every: 2 })
  const empty = join(config.folder, 'nothing here')
  mkdirSync(empty)
  const single = join(config.folder, 'single')
  mkdirSync(single)
  const [name] = readdirSync(config.sounds).filter(name => name.startsWith('drum'))
  renameSync(join(config.sounds, name!), join(single, name!))
  const cases: [string, RegExp][] = [
    [empty, /nothing here/],
    [single, /1 .*8|8 .*1/],
    [join(config.folder, 'absent'), /absent/],
  ]
  for (const [index, [set, expected]] of cases.entries()) {
    const run = join(config.folder, `run ${index}`)
    const { code, error } = await earshot(
      ['train', config.config, '--run', run, '--set', `data.set=${set}`],
      config.cache,
    )
    t.is(code, 1, set)
    t.regex(error, expected)
    t.notRegex(error, /\n {4}at /, 'no stack trace')
  }
})

test('a run folder below a file, and a config that is a graph alone', async t => {
  const config = smallConfig('places', { steps: 2, every: 2 })
  writeFileSync(join(config.folder, 'file'), '')
  const below = await earshot(['train', config.config, '--run', join(config.folder, 'file', 'run')], config.cache)
  t.is(below.code, 1)
  t.regex(below.error, /cannot be written/)
  const graph = await earshot(
    ['train', 'graphs/contrastive-16k.yaml', '--run', join(config.folder, 'run')],
    config.cache,
  )
  t.is(graph.code, 1)
  t.regex(graph.error, /has no 'data'/)
})
