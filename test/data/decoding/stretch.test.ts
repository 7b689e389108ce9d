/** A stretch of a long recording: the same samples as in the whole, without decoding what lies before it. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { AudioFile } from '../../../data/decoding/audio-file.js'
import { decode } from '../../../data/decoding/decode.js'
import { findFfmpeg } from '../../../data/decoding/ffmpeg.js'
import { flacFrames } from '../../../data/decoding/flac-frames.js'
import { flacInfo } from '../../../data/decoding/flac-header.js'
import { endPass, keepPasses } from '../../../data/decoding/one-pass.js'
import { soundFormat } from '../../../data/decoding/sound-format.js'
import { inOne } from '../../../stages/audio/signal/whole-sound.js'
import { largestDifference, temporaryFolder, writeWav } from '../../stages/audio/sounds.js'

const program = findFfmpeg()
const withFfmpeg = program ? test : test.skip

/** Clicks and noise that never come again, so that any shift shows. */
const sound = Float32Array.from(
  { length: 2 * 22050 * 40 },
  (_, i) => 0.3 * Math.sin(i * i * 1e-5) + 0.2 * Math.sin(i * 0.07),
)

const gathered = async (path: string, start?: number, end?: number) => {
  let rate = 0
  async function* blocks() {
    for await (const block of decode(path, { start, end })) {
      rate = block.rate
      yield block.samples
    }
  }
  return { samples: await inOne(blocks()), rate }
}

for (const [name, codec] of [
  ['long.wav', []],
  ['long.flac', ['-c:a', 'flac', '-sample_fmt', 's16']],
  ['small.flac', ['-c:a', 'flac', '-sample_fmt', 's16', '-frame_size', '256']],
  ['long.mp3', ['-c:a', 'libmp3lame', '-b:a', '128k']],
  ['variable.mp3', ['-c:a', 'libmp3lame', '-q:a', '3']],
  ['without-information.mp3', ['-c:a', 'libmp3lame', '-b:a', '96k', '-write_xing', '0']],
  ['mono.mp3', ['-ac', '1', '-ar', '16000', '-c:a', 'libmp3lame', '-b:a', '48k']],
  ['long.ogg', ['-c:a', 'libvorbis', '-q:a', '5']],
  ['long.opus', ['-ar', '48000', '-c:a', 'libopus', '-b:a', '64k']],
] as const) {
  withFfmpeg(`${name}: a stretch has the samples of the whole, and its headers tell rate and length`, async t => {
    const folder = temporaryFolder()
    const wav = writeWav(join(folder, 'sound.wav'), sound, { rate: 22050, channels: 2 })
    const path = join(folder, name)
    execFileSync(program!, ['-nostdin', '-v', 'error', '-i', wav, ...codec, path])
    const whole = await gathered(path)
    const format = await soundFormat(path)
    t.is(format.rate, whole.rate)
    t.true(Math.abs(format.seconds - whole.samples.length / whole.rate) < 0.03, `${format.seconds} s`)
    for (const [start, end] of [
      [0, 1],
      [0.02, 0.05],
      [12.3456, 13.5],
      [27, 32.001],
      [39.5, undefined],
      [39.9, 45],
    ] as const) {
      const { samples } = await gathered(path, start, end)
      const from = Math.round(start * whole.rate)
      const to = Math.min(whole.samples.length, end === undefined ? whole.samples.length : Math.round(end * whole.rate))
      t.is(samples.length, to - from, `${start} to ${end}`)
      const last = path.endsWith('.mp3') ? 2 ** -22 : 0 // mpg123 adds in an order that hangs on what it was given before
      t.true(largestDifference(samples, whole.samples.subarray(from, to)) <= last, `${start} to ${end}`)
    }
    const error = await t.throwsAsync(gathered(path, 50, 51))
    t.is((error as { code?: string }).code, 'audio-beyond-end')
  })
}

const alone = program ? test.serial : test.skip // as it changes the environment

alone('windows that follow one another share one pass over a file that is decoded from its start', async t => {
  const folder = temporaryFolder()
  const wav = writeWav(join(folder, 'sound.wav'), sound, { rate: 22050, channels: 2 })
  const [counting, starts] = [join(folder, 'ffmpeg.sh'), join(folder, 'starts')]
  writeFileSync(counting, `#!/bin/sh\ncase "$*" in *pcm_f32le*) echo >> '${starts}';; esac\nexec '${program}' "$@"\n`)
  chmodSync(counting, 0o755)
  const usual = process.env.FFMPEG_PATH
  for (const name of ['sound.m4a', 'sound.opus']) {
    const path = join(folder, name)
    execFileSync(program!, ['-nostdin', '-v', 'error', '-i', wav, '-ar', '48000', path])
    const { samples: whole, rate } = await gathered(path)
    process.env.FFMPEG_PATH = counting
    keepPasses()
    const begun = () => (existsSync(starts) ? readFileSync(starts).length : 0)
    for (const [start, end, passes] of [
      [0, 2, 1],
      [2, 4, 1],
      [3, 5, 1], // overlaps the one before
      [20, 21.5, 1],
      [20, 20.1, 1], // within it
      [1, 2, 2], // before it
      [39, undefined, 2],
    ] as const) {
      const { samples } = await gathered(path, start, end)
      const own = whole.subarray(Math.round(start * rate), end === undefined ? undefined : Math.round(end * rate))
      t.is(samples.length, own.length)
      t.is(largestDifference(samples, own), 0, `${name} from ${start} s`)
      if (name.endsWith('m4a')) t.is(begun(), passes, `from ${start} s`)
    }
    await endPass()
    if (usual === undefined) delete process.env.FFMPEG_PATH
    else process.env.FFMPEG_PATH = usual
  }
})

test('FLAC is decoded a second at a time: little more than the stretch that is asked for', t => {
  const file = AudioFile.open('node_modules/supersonic-scsynth-samples/samples/arovane_beat_b.flac')
  const info = flacInfo(file)
  const lengths = [...flacFrames(file, info, () => {})].map(frames => frames.reduce((sum, one) => sum + one.samples, 0))
  file.close()
  t.true(Math.max(...lengths) < info.rate + info.block, `${lengths}`)
  t.is(
    lengths.reduce((sum, length) => sum + length, 0),
    info.samples,
  )
})
