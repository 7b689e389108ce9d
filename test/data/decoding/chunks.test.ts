import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'ava'
import { decode } from '../../../data/decoding/decode.js'
import { findFfmpeg } from '../../../data/decoding/ffmpeg.js'
import { largestDifference, sine, temporaryFolder, writeWav } from '../../stages/audio/sounds.js'

const program = findFfmpeg()
const withFfmpeg = program ? test : test.skip

/** So many samples that a FLAC file is not decoded in one call. */
const EIGHT = 'pan=7.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0|SL=c0|SR=c0'

/** Enough noise and tone for several chunks of 64 kB in every format. */
const sound = sine(300, 16000, 16000 * 60, 0.4).map((x, i) => Math.fround(x + 0.1 * Math.sin(i * i * 0.37)))

async function samplesOf(path: string): Promise<Float32Array[]> {
  const blocks: Float32Array[] = []
  for await (const { samples } of decode(path)) blocks.push(samples)
  return blocks
}

for (const [name, codec, tolerance] of [
  ['long.flac', ['-c:a', 'flac', '-sample_fmt', 's16', '-af', EIGHT], 4e-5],
  ['long.ogg', ['-c:a', 'libvorbis', '-q:a', '8'], 0.3],
  ['long.opus', ['-ar', '48000', '-c:a', 'libopus', '-b:a', '96k'], undefined],
  ['long.mp3', ['-c:a', 'libmp3lame', '-b:a', '96k'], 0.3],
] as const) {
  withFfmpeg(`${name}: read chunk by chunk, nothing is lost or moved`, async t => {
    const folder = temporaryFolder()
    const wav = writeWav(join(folder, 'long.wav'), sound)
    const path = join(folder, name)
    execFileSync(program!, ['-nostdin', '-v', 'error', '-i', wav, ...codec, path])
    const blocks = await samplesOf(path)
    t.true(blocks.length > 2)
    const total = blocks.reduce((sum, { length }) => sum + length, 0)
    t.is(total, name.endsWith('opus') ? 3 * sound.length : sound.length)
    if (tolerance === undefined) return
    let at = 0
    for (const block of blocks) {
      t.true(largestDifference(block, sound.subarray(at)) < tolerance)
      at += block.length
    }
  })
}

withFfmpeg('no FLAC frame is lost, however many there are', async t => {
  const folder = temporaryFolder()
  const wav = writeWav(join(folder, 'long.wav'), sound)
  const path = join(folder, 'small-frames.flac')
  execFileSync(program!, ['-nostdin', '-v', 'error', '-i', wav, '-sample_fmt', 's16', '-frame_size', '256', path])
  const blocks = await samplesOf(path)
  t.true(blocks.length > 1)
  t.is(
    blocks.reduce((sum, { length }) => sum + length, 0),
    sound.length,
  )
})
