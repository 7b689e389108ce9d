import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { earshot, scratchFolder } from '../../earshot.js'
import { writeWav } from '../../stages/audio/sounds.js'

const RATE = 16_000
const FOLDER = scratchFolder('detect')
const cache = { EARSHOT_CACHE: process.env.EARSHOT_TEST_CACHE ?? join(FOLDER, 'cache') }

/** Recordings of 2 s with a low tone and a high one, each at its own time. */
function recordings(folder: string, count: number): void {
  mkdirSync(folder)
  const rows = ['file\tonset\toffset\tlabel']
  for (let at = 0; at < count; at++) {
    const samples = Float32Array.from({ length: 2 * RATE }, (_, i) => 0.003 * Math.sin(i * i))
    for (const [name, hertz, onset] of [
      ['low', 300, 0.1 + (at % 5) * 0.25],
      ['high', 3000, 1.2 - (at % 4) * 0.3],
    ] as const) {
      for (let i = 0; i < 0.5 * RATE; i++)
        samples[Math.round(onset * RATE) + i]! += 0.3 * Math.sin((2 * Math.PI * hertz * i) / RATE)
      rows.push(`${at}.wav\t${onset}\t${onset + 0.5}\t${name}`)
    }
    writeWav(join(folder, `${at}.wav`), samples, { rate: RATE })
  }
  writeFileSync(join(folder, 'events.tsv'), rows.join('\n'))
  writeFileSync(join(folder, 'set.yaml'), 'folder: .\nannotations: events.tsv\nsegment: 2 s\n')
}

test('a graph learns when sounds are heard, and says it of others: F1, detection scores, tables for annotation tools', async t => {
  const [learned, others] = ['learned', 'others'].map(name => join(FOLDER, name)) as [string, string]
  recordings(learned, 12)
  recordings(others, 6)
  const config = join(FOLDER, 'tones.yaml')
  writeFileSync(
    config,
    `extends: ${join(process.cwd(), 'graphs/frame-events.yaml')}
name: tones
nodes:
  wave: { at-least: 2 s }
  patch: { frames: 96 }
  activity: { column: label, classes: [low, high] }
  batch: { size: 8 }
  heard: { size: 8 }
  encoder: { widths: [8, 8] }
data: { set: ${JSON.stringify(join(learned, 'set.yaml'))} }
train:
  steps: 60
  compile: 'off'
  optimiser: { kind: adam }
  schedule: { kind: constant, learning-rate: 0.02 }
`,
  )
  const [run, output] = [join(FOLDER, 'run'), join(FOLDER, 'found')]
  const trained = await earshot(['train', config, '--run', run], cache)
  t.is(trained.code, 0, trained.error)
  const words = ['detect', run, join(others, 'set.yaml'), '--tune', join(learned, 'set.yaml')]
  const found = await earshot([...words, '-o', output, '--against', run, '--formats', 'audacity'], cache)
  t.is(found.code, 0, found.error)
  t.regex(found.out, /12 events of 2 classes.*segment F1.*minus .*event F1: \+0\.0/s)
  const { judged, runs } = JSON.parse(readFileSync(join(output, 'detection.json'), 'utf8'))
  t.is(judged[0].scores['event F1'].macro, 1)
  t.is(judged[0].psds.psds1, 1)
  t.deepEqual(runs[0].classes, ['low', 'high'])
  t.is(readFileSync(join(output, 'events.csv'), 'utf8').trim().split('\n').length, 13)
  t.regex(readFileSync(join(output, 'audacity', '0.txt'), 'utf8'), /\tlow/)

  const tapped = await earshot(['tap', config, 'activity', '-n', '1', '-o', join(FOLDER, 'tap')], cache)
  t.is(tapped.code, 0, tapped.error)
  t.regex(readFileSync(join(FOLDER, 'tap', 'index.html'), 'utf8'), /low \d\.\d\d-\d\.\d\d s/)
})

test('a run without a frame classifier is told so', async t => {
  const { code, error } = await earshot([
    'detect',
    'pretrained',
    join(FOLDER, 'none.wav'),
    '-o',
    join(FOLDER, 'nothing'),
  ])
  t.is(code, 1)
  t.regex(error, /has no frame classifier/)
})
