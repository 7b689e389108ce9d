/** graphs/waveform-views.yaml, from sounds to embeddings. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { earshot } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

test('trains, with rooms as well, and embeds whole clips', async t => {
  const { config, folder, sounds, cache } = smallConfig('waveform views', { steps: 3, every: 3 })
  const file = join(folder, 'waveform-views.yaml')
  const small = readFileSync(config, 'utf8')
    .replace('contrastive-16k.yaml', 'waveform-views.yaml')
    .replace('near: { frames: 48 }', 'near: { length: 0.5 s }\n  patch: { frames: 48 }')
  const room = `  room: { stage: reverberation, from: banded, responses: ${JSON.stringify(join(sounds, 'drum_bass_hard.flac'))} }`
  writeFileSync(file, small.replace('  batch:', `${room}\n  noisy: { from: room }\n  batch:`))
  const run = join(folder, 'run')
  const { code, error } = await earshot(['train', file, '--run', run], cache)
  t.is(code, 0, error)
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n')
  t.is(lines.length, 3)
  for (const line of lines) t.true(Number.isFinite(JSON.parse(line).losses.similarity))
  const arrow = join(folder, 'sounds.arrow')
  const embedded = await earshot(['embed', run, sounds, '-o', arrow], cache)
  t.is(embedded.code, 0, embedded.error)
  const read = await openEmbeddings(arrow)
  t.teardown(() => read.close())
  t.is(read.rows, 24)
  t.true((await read.read()).embedding.every(Number.isFinite))
  t.regex(read.metadata['earshot.front-end']!, /"patch\.a":\{"stage":"log-mel"/)
})
