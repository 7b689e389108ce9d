import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { detect } from '../../../pipelines/index.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { recordTones, toneConfig } from '../evaluation/events/tones.js'

const FOLDER = scratchFolder('detect')
const cache = { EARSHOT_CACHE: process.env.EARSHOT_TEST_CACHE ?? join(FOLDER, 'cache') }

test('a graph learns when sounds are heard, and says it of others: F1, detection scores, tables for annotation tools', async t => {
  const [learned, others] = [recordTones(join(FOLDER, 'learned'), 12), recordTones(join(FOLDER, 'others'), 6)]
  const config = toneConfig(learned, 60)
  const [run, output] = [join(FOLDER, 'run'), join(FOLDER, 'found')]
  const trained = await earshot(['train', config, '--run', run], cache)
  t.is(trained.code, 0, trained.error)
  const words = ['detect', run, others, '--tune', learned]
  const found = await earshot([...words, '-o', output, '--against', run, '--formats', 'audacity'], cache)
  t.is(found.code, 0, found.error)
  t.regex(found.out, /12 events of 2 classes.*segment F1.*minus .*event F1: \+0\.0/s)
  const { judged, runs } = JSON.parse(readFileSync(join(output, 'detection.json'), 'utf8'))
  t.is(judged[0].scores['event F1'].macro, 1)
  t.deepEqual(judged[0].psds.psds1, { value: 1, interval: [1, 1] })
  t.is(judged[1].minus.psds2.value, 0)
  t.deepEqual(runs[0].classes, ['low', 'high'])
  t.is(readFileSync(join(output, 'events.csv'), 'utf8').trim().split('\n').length, 13)
  t.regex(readFileSync(join(output, 'audacity', '0.txt'), 'utf8'), /\tlow/)

  const { events, classes } = await detect(run, others, { tune: learned })
  t.deepEqual(classes, ['low', 'high'])
  const listed = readFileSync(join(output, 'events.csv'), 'utf8').trim().split('\n').slice(1)
  t.is(events.length, listed.length)
  for (const [at, { start, end, label, score }] of events.entries())
    t.true(
      [start, end, label, score].every(value => listed[at]!.includes(String(value))),
      listed[at],
    )

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
