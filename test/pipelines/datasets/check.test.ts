import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { findFfmpeg } from '../../../data/decoding/ffmpeg.js'
import type { CheckReport } from '../../../pipelines/datasets/check-sets.js'
import { integerWav } from '../../../pipelines/drawing/wav-file.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { writeWav } from '../../stages/audio/sounds.js'

const SAMPLES = 'node_modules/supersonic-scsynth-samples/samples'
const RATE = 16000

/** Forty recordings of the quickstart that hold no sound twice. */
const names = readdirSync(SAMPLES)
  .filter(name => /^(ambi|drum|elec|perc|tabla|guit|misc).*flac$/.test(name))
  .filter((_, i) => i % 2 === 0)
  .slice(0, 40)

function originals(folder: string): void {
  mkdirSync(folder)
  for (const name of names) copyFileSync(join(SAMPLES, name), join(folder, name))
}

function plant(source: string, target: string, words: readonly string[]): void {
  execFileSync(findFfmpeg()!, ['-nostdin', '-v', 'error', '-y', '-i', join(SAMPLES, source), ...words, target])
}

const tone = (seconds: number, amplitude: number) =>
  Int16Array.from({ length: seconds * RATE }, (_, i) =>
    Math.max(-32768, Math.min(32767, Math.round(amplitude * 32768 * Math.sin(0.05 * i + 1e-5 * i * i)))),
  )

test('every planted copy is found, cut, coded and quieter ones too, and nothing else', async t => {
  const folder = scratchFolder('check')
  const [sounds, copies] = [join(folder, 'sounds'), join(folder, 'copies')]
  originals(sounds)
  mkdirSync(copies)
  const planted: [name: string, words: string[]][] = [
    ['cut.wav', ['-ss', '0.1', '-t', '0.6']],
    ['opus.opus', ['-c:a', 'libopus', '-b:a', '64k']],
    ['mp3.mp3', ['-b:a', '64k']],
    ['quiet.wav', ['-af', 'volume=-12dB']],
    ['cut-mp3-quiet.mp3', ['-ss', '0.05', '-t', '0.7', '-af', 'volume=-6dB', '-b:a', '96k']],
  ]
  const long = ['drum_cymbal_open.flac', 'ambi_choir.flac', 'elec_bell.flac', 'guit_e_fifths.flac', 'perc_bell.flac']
  for (const [i, [name, words]] of planted.entries()) plant(long[i]!, join(copies, name), words)
  for (const name of long) copyFileSync(join(SAMPLES, name), join(sounds, name))
  copyFileSync(join(SAMPLES, names[5]!), join(copies, 'renamed.flac'))

  const json = join(folder, 'check.json')
  const { code, out } = await earshot(['data', 'check', copies, '--against', sounds, '--json', json])
  t.is(code, 1, out)
  const report = JSON.parse(readFileSync(json, 'utf8')) as CheckReport
  const expected = planted.map(([name], i) => `${name} = ${long[i]}`)
  t.deepEqual(
    report.copies.map(({ a, b }) => `${a.clip} = ${b.clip}`).sort(),
    [...expected, `renamed.flac = ${names[5]}`].sort(),
  )
  const of = (name: string) => report.copies.find(({ a }) => a.clip === name)!
  t.true(report.copies.every(({ leak }) => leak))
  t.is(of('renamed.flac').by, 'bytes')
  t.true(Math.abs(of('cut.wav').b.from - 0.1) < 0.002)
  t.true(Math.abs(of('cut.wav').b.to - 0.7) < 0.002)
  t.true(Math.abs(of('quiet.wav').gain - 12) < 0.1)
  t.true(out.includes('Sounds that stand in two sets or parts (a leak): 6'))
})

test('annotations that overlap share a moment of their recording, and are no copies; over two parts they leak', async t => {
  const folder = scratchFolder('overlapping')
  copyFileSync(join(SAMPLES, 'ambi_choir.flac'), join(folder, 'night.flac'))
  const checked = async (parts: readonly [string, string]) => {
    const rows = [`night.flac,0,1,wren,${parts[0]}`, `night.flac,0.3,1.5,robin,${parts[1]}`]
    writeFileSync(join(folder, 'marks.csv'), `file,start,end,label,split\n${rows.join('\n')}\n`)
    return earshot(['data', 'check', join(folder, 'marks.csv')])
  }
  const one = await checked(['train', 'train'])
  t.is(one.code, 0, one.out)
  t.regex((await checked(['train', 'test'])).out, /a leak\): 1/)
})

/** One recording at two levels; the other drums were struck twice, or made over. */
const CYMBALS = ['drum_cymbal_hard.flac', 'drum_cymbal_soft.flac']

test('strokes of one drum, soft and hard, are no copies; a coded part of one of them is', async t => {
  const folder = scratchFolder('strokes')
  const strokes = readdirSync(SAMPLES).filter(name => /^drum_.*_(soft|hard)\.flac$/.test(name))
  t.true(strokes.length >= 10)
  for (const name of strokes) copyFileSync(join(SAMPLES, name), join(folder, name))
  const words = ['-ss', '0.02', '-t', '0.5', '-af', 'volume=-9dB', '-c:a', 'libopus', '-b:a', '32k']
  plant('drum_snare_hard.flac', join(folder, 'copy.opus'), words)
  const json = join(folder, 'check.json')
  await earshot(['data', 'check', folder, '--json', json])
  const { copies } = JSON.parse(readFileSync(json, 'utf8')) as CheckReport
  t.deepEqual(
    copies.map(({ a, b }) => [a.clip, b.clip]),
    [['copy.opus', 'drum_snare_hard.flac'], CYMBALS],
  )
  const { octave, deviation, gain, b } = copies[0]!
  t.true(octave > 0.75 && deviation < 1.5 && Math.abs(gain - 9) < 3) // coding takes highs away
  t.true(Math.abs(b.from - 0.02) < 0.002)
})

const SHARED = join(process.env.EARSHOT_SOUNDS ?? join('..', 'shared', 'sounds'), 'drums16k')
const shared = existsSync(SHARED) ? test : test.skip

shared('no two strokes of a kit with several velocities are called copies', async t => {
  const folder = scratchFolder('kits')
  const [, ...rows] = readFileSync(join(SHARED, 'labels.tsv'), 'utf8').trim().split('\n')
  const kit = rows.map(row => row.split('\t')).filter(([, , name]) => name === 'Millo_MultiLayered3')
  t.true(kit.length > 20)
  for (const [file] of kit) copyFileSync(join(SHARED, file!), join(folder, file!))
  const json = join(folder, 'check.json')
  const { code, out } = await earshot(['data', 'check', folder, '--json', json])
  t.is(code, 0, out)
})

test('missing, empty, broken, silent and clipped clips and wrong lengths are told apart', async t => {
  const folder = scratchFolder('faults')
  const whole = readFileSync(join(SAMPLES, 'drum_cymbal_open.flac'))
  writeFileSync(join(folder, 'good.wav'), integerWav(tone(1, 0.5), RATE))
  writeFileSync(join(folder, 'empty.wav'), '')
  writeFileSync(join(folder, 'broken.flac'), whole.subarray(0, 3000))
  writeFileSync(join(folder, 'silent.wav'), integerWav(new Int16Array(RATE), RATE))
  writeFileSync(join(folder, 'silent-too.wav'), integerWav(new Int16Array(RATE), RATE))
  writeFileSync(join(folder, 'clipped.wav'), integerWav(tone(2, 4), RATE))
  const rows = [
    'good.wav\t2.5',
    'empty.wav\t',
    'broken.flac\t',
    'silent.wav\t1',
    'silent-too.wav\t1',
    'clipped.wav\t2',
    'odd.wav\t',
    'opposite.wav\t',
  ]
  writeFileSync(join(folder, 'odd.wav'), integerWav(tone(3, 0.5).reverse(), RATE).subarray(0, -100))
  writeWav(
    join(folder, 'opposite.wav'),
    Float32Array.from({ length: 4 * RATE }, (_, i) => (i % 2 ? -0.5 : 0.5)),
    { channels: 2 },
  )
  const table = join(folder, 'clips.tsv')
  writeFileSync(table, ['file\tseconds', ...rows, 'gone.wav\t1', ''].join('\n'))
  const json = join(folder, 'check.json')
  const { code, out } = await earshot(['data', 'check', table, '--json', json])
  t.is(code, 1)
  const { findings, copies } = JSON.parse(readFileSync(json, 'utf8')) as CheckReport
  t.deepEqual(Object.fromEntries(findings.map(({ clip, kind }) => [clip, kind])), {
    'good.wav': 'wrong-length',
    'empty.wav': 'empty',
    'broken.flac': 'unreadable',
    'silent.wav': 'silent',
    'silent-too.wav': 'silent',
    'clipped.wav': 'clipped',
    'odd.wav': 'odd',
    'opposite.wav': 'silent',
    'gone.wav': 'missing',
  })
  t.deepEqual(copies, [])
  t.regex(out, /opposite\.wav: its channels cancel each other/)
  t.regex(out, /odd\.wav: \d+ of the \d+ bytes of sound that its header promises are there/)
  t.regex(out, /good\.wav: column 'seconds' says 2\.5 s; it lasts 1\.00 s/)
})

test('a sound in two parts of one table is a leak; a clean set ends with 0', async t => {
  const folder = scratchFolder('parts')
  writeFileSync(join(folder, 'a.wav'), integerWav(tone(1, 0.5), RATE))
  writeFileSync(join(folder, 'b.wav'), integerWav(tone(1, 0.25), RATE))
  const table = join(folder, 'clips.csv')
  writeFileSync(table, 'file,class,split\na.wav,x,train\nb.wav,x,test\n')
  const json = join(folder, 'check.json')
  t.is((await earshot(['data', 'check', table, '--json', json])).code, 1)
  const { copies } = JSON.parse(readFileSync(json, 'utf8')) as CheckReport
  t.deepEqual(
    copies.map(({ leak, differ }) => ({ leak, differ })),
    [{ leak: true, differ: ['split'] }],
  )
  const { code, out } = await earshot(['data', 'check', join(folder, 'a.wav')])
  t.is(code, 0)
  t.true(out.includes('Nothing is wrong'))
})
