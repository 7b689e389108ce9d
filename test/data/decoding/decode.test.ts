import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { type DecodeOptions, decode } from '../../../data/decoding/decode.js'
import { findFfmpeg } from '../../../data/decoding/ffmpeg.js'
import { Problem } from '../../../data/problem.js'
import {
  fixture,
  floats,
  gathered,
  largestDifference,
  sine,
  temporaryFolder,
  writeWav,
} from '../../stages/audio/sounds.js'

const folder = temporaryFolder()
const made = (name: string) => join(folder, name)
const file = (name: string) => fixture('decode', name)
const copied = (name: string, from: string) => {
  copyFileSync(file(from), made(name))
  return made(name)
}
/** The first `share` of a file. */
const cutShort = (name: string, from: string, share: number) => {
  const bytes = readFileSync(file(from))
  writeFileSync(made(name), bytes.subarray(0, Math.round(bytes.length * share)))
  return made(name)
}

interface Read {
  rate: number
  samples: Float32Array
  notes: string[]
}

async function read(path: string, options: DecodeOptions = {}): Promise<Read> {
  let rate = 0
  const notes: string[] = []
  const samples = await gathered(
    (async function* () {
      for await (const block of decode(path, { ...options, note: oddity => notes.push(oddity) })) {
        rate = block.rate
        yield block.samples
      }
    })(),
  )
  return { rate, samples, notes }
}

const CONTAINERS: [name: string, reference: string, tolerance: number, length: number, rate?: number][] = [
  ['pcm16.wav', 'pcm', 1e-7, 4410],
  ['pcm24.wav', 'pcm', 1e-7, 2000],
  ['float.wav', 'pcm', 1e-7, 2000],
  ['unsigned8.wav', 'unsigned8', 1e-7, 2000],
  ['pcm16.flac', 'pcm', 2e-7, 4410],
  ['pcm24.flac', 'pcm', 2e-7, 2000],
  ['flac.ogg', 'pcm', 2e-7, 4410],
  ['pcm16.aiff', 'pcm', 1e-7, 2000],
  ['vorbis.ogg', 'vorbis', 1e-5, 4410],
  ['opus.opus', 'opus', 1e-4, 4800, 48000],
  ['mp3.mp3', 'mp3', 1e-5, 4410],
]

for (const [name, reference, tolerance, length, rate = 44100] of CONTAINERS) {
  test(`${name} holds what soundfile and ffmpeg read in it`, async t => {
    const sound = await read(file(name))
    t.is(sound.rate, rate)
    t.is(sound.samples.length, length)
    t.true(largestDifference(sound.samples, floats(file(`${reference}.f32`))) <= tolerance)
  })
}

const withFfmpeg = findFfmpeg() ? test.serial : test.serial.skip

withFfmpeg('m4a comes through ffmpeg, channels averaged', async t => {
  const { rate, samples } = await read(file('aac.m4a'))
  t.is(rate, 44100)
  t.true(largestDifference(samples, floats(file('aac.f32'))) < 1e-4)
})

test('the content decides, not the ending', async t => {
  const { samples } = await read(copied('a flac ünder another näme.wav', 'pcm16.flac'))
  t.is(samples.length, 4410)
})

for (const name of ['pcm16.wav', 'pcm16.flac', 'vorbis.ogg']) {
  test(`a stretch of ${name} is that piece of the whole`, async t => {
    const whole = await read(file(name))
    const piece = await read(file(name), { start: 0.02, end: 0.05 })
    t.deepEqual(piece.samples, whole.samples.slice(882, 2205))
  })
}

const BAD: [what: string, code: string, path: () => string][] = [
  ['missing', 'audio-missing', () => made('nowhere.wav')],
  ['empty', 'audio-empty', () => cutShort('empty.wav', 'pcm16.wav', 0)],
  ['a folder', 'audio-unreadable', () => folder],
  ['truncated Ogg Vorbis', 'audio-truncated', () => cutShort('short.ogg', 'vorbis.ogg', 0.8)],
  ['truncated Opus', 'audio-truncated', () => cutShort('short.opus', 'opus.opus', 0.8)],
  ['a header alone', 'audio-damaged', () => cutShort('header.wav', 'pcm16.wav', 0.002)],
  ['NaN samples', 'audio-not-finite', () => writeWav(made('nan.wav'), Float32Array.of(0, Number.NaN, 0))],
  [
    'infinite samples',
    'audio-not-finite',
    () => writeWav(made('inf.wav'), Float32Array.of(0, Number.NEGATIVE_INFINITY)),
  ],
  ['0 samples', 'audio-no-samples', () => writeWav(made('none.wav'), new Float32Array(0))],
  ['0 channels', 'audio-no-channels', () => writeWav(made('channels.wav'), sine(440, 16000, 100), { channels: 0 })],
]

for (const [what, code, path] of BAD) {
  test(`${what}: ${code}, with the file's name`, async t => {
    const bad = path()
    const error = await t.throwsAsync(read(bad), { instanceOf: Problem })
    t.is((error as Problem).code, code)
    t.true(error!.message.includes(bad))
  })
}

withFfmpeg('text that calls itself audio: audio-unknown', async t => {
  writeFileSync(made('text.wav'), 'this is not a sound\n'.repeat(100))
  const error = await t.throwsAsync(read(made('text.wav')), { instanceOf: Problem })
  t.is((error as Problem).code, 'audio-unknown')
  t.is(error!.message.split(made('text.wav')).length, 2, 'the file is named once')
})

withFfmpeg('a truncated m4a is no empty success', async t => {
  const error = await t.throwsAsync(read(cutShort('short.m4a', 'aac.m4a', 0.6)), { instanceOf: Problem })
  t.regex((error as Problem).code, /^audio-(unknown|damaged)$/)
})

withFfmpeg('reading from ffmpeg can stop in the middle', async t => {
  for await (const { samples } of decode(file('aac.m4a'))) {
    t.true(samples.length > 0)
    break
  }
})

/** Runs `work` with FFMPEG_PATH set to a program. */
async function through(program: string, work: () => Promise<void>): Promise<void> {
  const before = process.env.FFMPEG_PATH
  process.env.FFMPEG_PATH = program
  try {
    await work()
  } finally {
    if (before === undefined) delete process.env.FFMPEG_PATH
    else process.env.FFMPEG_PATH = before
  }
}

withFfmpeg('an ffmpeg that is slow to end after its last byte has not failed', async t => {
  const slow = made('slow-ffmpeg')
  writeFileSync(slow, `#!/bin/sh\n"${findFfmpeg()}" "$@"\ncode=$?\nexec 1>&-\nsleep 0.3\nexit $code\n`, { mode: 0o755 })
  await through(slow, async () => {
    t.is((await read(file('aac.m4a'))).rate, 44100)
  })
})

test.serial('without ffmpeg: the file is named, and what to do', async t => {
  await through(made('no-such-program'), async () => {
    const error = await t.throwsAsync(read(file('aac.m4a')), { instanceOf: Problem })
    t.is((error as Problem).code, 'no-ffmpeg')
    t.truthy((error as Problem).hint)
  })
})

const mayReadAnything = process.getuid?.() === 0
const withPermissions = mayReadAnything ? test.skip : test
withPermissions('a file that may not be read: audio-unreadable', async t => {
  chmodSync(copied('secret.wav', 'pcm16.wav'), 0)
  const error = await t.throwsAsync(read(made('secret.wav')), { instanceOf: Problem })
  t.is((error as Problem).code, 'audio-unreadable')
})
