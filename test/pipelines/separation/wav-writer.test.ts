import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { findFfmpeg } from '../../../data/decoding/ffmpeg.js'
import { WavWriter } from '../../../pipelines/separation/wav-writer.js'
import { throughEarshot, throughFfmpeg } from '../../data/decoding/damaged/readers.js'
import { sine, temporaryFolder } from '../../stages/audio/sounds.js'

const folder = temporaryFolder()
const sound = sine(440, 16000, 30_000)

/** The sound in two pieces. */
function written(name: string, most?: number): string {
  const writer = new WavWriter(join(folder, name), 16000, most)
  writer.add(sound.subarray(0, 20_000))
  writer.add(sound.subarray(20_000))
  writer.finish()
  return writer.file
}

for (const [what, most, magic] of [
  ['a WAV file', undefined, 'RIFF'],
  ['longer than 32 bits can say: RF64', 100_000, 'RF64'],
] as const) {
  test(`${what}, as every reader reads it`, async t => {
    const path = written(`${magic}.wav`, most)
    t.is(readFileSync(path).toString('latin1', 0, 4), magic)
    const ours = await throughEarshot(path)
    t.deepEqual(ours, { kind: 'read', rate: 16000, samples: sound, notes: [] })
    if (findFfmpeg()) t.deepEqual(throughFfmpeg(findFfmpeg()!, path), { rate: 16000, samples: sound })
  })
}

test('sizes of RF64 stand in 64 bits', t => {
  const bytes = readFileSync(written('sizes.wav', 100_000))
  t.is(bytes.toString('latin1', 12, 16), 'ds64')
  t.deepEqual(
    [20, 28, 36].map(at => Number(bytes.readBigUInt64LE(at))),
    [bytes.length - 8, 4 * sound.length, sound.length],
  )
})
