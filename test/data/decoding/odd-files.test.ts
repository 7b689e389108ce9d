/** Files that are odd and yet sound: read as the reference readers read them, and told. */
import { execFileSync } from 'node:child_process'
import { ftruncateSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { decode } from '../../../data/decoding/decode.js'
import { findFfmpeg } from '../../../data/decoding/ffmpeg.js'
import { Problem } from '../../../data/problem.js'
import { fixture, floats, largestDifference, sine, temporaryFolder, writeWav } from '../../stages/audio/sounds.js'
import { type Ours, throughEarshot } from './damaged/readers.js'

const folder = temporaryFolder()
const file = (name: string) => fixture('decode', name)
const whole = floats(file('pcm.f32'))

/** A file of bytes. */
function written(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}

async function read(path: string): Promise<Ours & { kind: 'read' }> {
  const ours = await throughEarshot(path)
  if (ours.kind !== 'read') throw new Error(`${ours.kind}: ${'reason' in ours ? ours.reason : ''}`)
  return ours
}

const withFfmpeg = findFfmpeg() ? test : test.skip

const values = JSON.parse(readFileSync(file('cases/values.json'), 'utf8')) as Record<
  string,
  { reader: string; rate: number; samples: number; every499th: number[] }
>

for (const [name, { reader, rate, samples, every499th }] of Object.entries(values)) {
  withFfmpeg(`${name} holds what ${reader} reads in it`, async t => {
    const ours = await read(file(`cases/${name}`))
    t.deepEqual([ours.rate, ours.samples.length], [rate, samples])
    for (const [at, value] of every499th.entries()) t.true(Math.abs(ours.samples[499 * at]! - value) < 2e-6)
  })
}

test('what is odd is told', async t => {
  t.regex((await read(file('cases/vorbis-no-eos.ogg'))).notes.join(), /not marked as the last/)
  t.regex((await read(file('cases/adts-truncated-mid-frame.aac'))).notes.join(), /^ffmpeg says of it: aac: /)
  t.deepEqual((await read(file('cases/aiff8.aiff'))).notes, [])
})

/** pcm16.wav with another field in its header: 44 bytes, then 4,410 samples of two channels. */
function wav(name: string, change: (bytes: Buffer) => void, end?: number): string {
  const bytes = readFileSync(file('pcm16.wav')).subarray(0, end)
  change(bytes)
  return written(name, bytes)
}

const LENGTHS: [what: string, length: number, note: RegExp | undefined][] = [
  ['0x7ffff000 (sox to a pipe)', 0x7ffff000, undefined],
  ['0xffffffff (ffmpeg to a pipe)', 0xffffffff, undefined],
  ['0xfffffff0', 0xfffffff0, undefined],
  ['44 bytes too many', 17640 + 44, /17640 of the 17684 bytes/],
  ['0, as a recorder without power leaves it', 0, /never finished/],
]

for (const [what, length, note] of LENGTHS) {
  test(`WAV with a length of ${what}: all samples that are there`, async t => {
    const ours = await read(wav(`length-${length}.wav`, bytes => bytes.writeUInt32LE(length, 40)))
    t.is(ours.samples.length, 4410)
    t.true(largestDifference(ours.samples, whole) < 1e-7)
    if (note) t.regex(ours.notes.join(), note)
    else t.deepEqual(ours.notes, [])
  })
}

test('WAV without its last byte: one sample less', async t => {
  const ours = await read(wav('byte.wav', () => {}, -1))
  t.is(ours.samples.length, 4409)
  t.is(ours.notes.length, 1)
})

test('WAV of nothing but chunks behind an empty one: no samples, not their bytes', async t => {
  const path = wav('empty.wav', bytes => bytes.write('data\0\0\0\0LIST', 36, 'latin1'))
  const bytes = readFileSync(path)
  bytes.writeUInt32LE(bytes.length - 52, 48)
  const ours = await throughEarshot(written('empty.wav', bytes))
  t.is(ours.kind === 'refused' && ours.code, 'audio-no-samples')
})

test('WAV beyond 4 GiB whose length has wrapped: all of it', async t => {
  const path = join(folder, 'wrapped.wav')
  const header = readFileSync(file('pcm16.wav')).subarray(0, 44)
  header.writeUInt32LE(16000, 40)
  const handle = openSync(path, 'w')
  writeSync(handle, header)
  ftruncateSync(handle, 44 + 2 ** 32 + 16000) // a hole: takes no room on the disk
  const notes: string[] = []
  let count = 0
  const end = (2 ** 32 + 16000) / 4 / 44100
  for await (const { samples } of decode(path, { start: end - 1, end, note: oddity => notes.push(oddity) }))
    count += samples.length
  t.is(count, 44100)
  t.regex(notes.join(), /beyond 4 GiB/)
})

const SHORT: [name: string, share: number][] = [
  ['pcm16.wav', 0.5],
  ['pcm16.flac', 0.97],
  ['pcm16.aiff', 0.5],
  ['mp3.mp3', 0.8],
]

for (const [name, share] of SHORT) {
  withFfmpeg(`${name} that ends too early: what is there, and a note`, async t => {
    const bytes = readFileSync(file(name))
    const ours = await read(written(`short-${name}`, bytes.subarray(0, Math.round(share * bytes.length))))
    const truth = floats(file(name === 'mp3.mp3' ? 'mp3.f32' : 'pcm.f32'))
    t.true(ours.samples.length > 400 && ours.samples.length < 4410)
    t.true(largestDifference(ours.samples, truth) < 1e-5)
    t.true(ours.notes.length > 0)
  })
}

const TAIL = { 'an ID3v1 tag': `TAG${'x'.repeat(125)}`, 'an APE tag': `APETAGEX${'x'.repeat(56)}`, 'a newline': '\n' }

for (const [what, text] of Object.entries(TAIL)) {
  test(`FLAC with ${what} behind it`, async t => {
    const ours = await read(
      written(`${what}.flac`, Buffer.concat([readFileSync(file('pcm16.flac')), Buffer.from(text)])),
    )
    t.is(ours.samples.length, 4410)
    t.true(largestDifference(ours.samples, whole) < 2e-7)
    t.is(ours.notes.length, 1)
  })
}

for (const [what, at, value] of [
  ['bits', 21, 0x70],
  ['longest frame', 16, 0],
  ['rate', 18, 0x0b],
] as const) {
  test(`FLAC whose header lies about its ${what}: its frames know better`, async t => {
    const bytes = readFileSync(file('pcm16.flac'))
    bytes[at] = value
    const ours = await read(written(`lies-${at}.flac`, bytes))
    t.is(ours.rate, 44100)
    t.true(largestDifference(ours.samples, whole) < 2e-7)
    t.is(ours.samples.length, 4410)
  })
}

test('two FLAC files in one: the first, as libsndfile reads it', async t => {
  const bytes = readFileSync(file('pcm16.flac'))
  const ours = await read(written('two.flac', Buffer.concat([bytes, bytes])))
  t.is(ours.samples.length, 4410)
  t.regex(ours.notes.join(), /behind its sound/)
})

test('two Ogg files in one: both, as the format has it', async t => {
  const bytes = readFileSync(file('vorbis.ogg'))
  const once = await read(file('vorbis.ogg'))
  const ours = await read(written('two.ogg', Buffer.concat([bytes, bytes])))
  t.deepEqual(ours.samples, Float32Array.of(...once.samples, ...once.samples))
})

withFfmpeg('AIFF with a chunk behind the sound: no sample more', async t => {
  const bytes = readFileSync(file('pcm16.aiff'))
  const chunk = Buffer.concat([Buffer.from('ID3 \0\0\x40\0', 'latin1'), Buffer.alloc(0x4000, 0x7f)])
  const longer = Buffer.concat([bytes, chunk])
  longer.writeUInt32BE(longer.length - 8, 4)
  const ours = await read(written('chunk.aiff', longer))
  t.is(ours.samples.length, 2000)
  t.true(largestDifference(ours.samples, whole) < 1e-7)
})

test('MP3 with frames of another rate behind it: its own rate, and a note', async t => {
  const frame = Buffer.alloc(417)
  Buffer.from([0xff, 0xfb, 0x90, 0x00]).copy(frame) // 128 kbit/s at 44.1 kHz
  frame[2] = 0x94 // at 48 kHz: 384 bytes
  const ours = await read(written('junk.mp3', Buffer.concat([readFileSync(file('mp3.mp3')), frame.subarray(0, 384)])))
  t.is(ours.rate, 44100)
  t.true(largestDifference(ours.samples, floats(file('mp3.f32'))) < 1e-5)
  t.is(ours.notes.length, 1)
})

withFfmpeg('MP3 with broken frames: told', async t => {
  const bytes = readFileSync(file('mp3.mp3'))
  bytes.fill(0x55, 455, 520)
  t.regex((await read(written('broken.mp3', bytes))).notes.join(), /frames are broken behind the first/)
})

const DAMAGED: [what: string, reason: RegExp, path: () => string][] = [
  ['an Ogg page with a bit turned', /checksum of Ogg page 2/, () => written('bit.ogg', turned('vorbis.ogg', 5000))],
  ['an Opus page with a bit turned', /checksum of Ogg page 2/, () => written('bit.opus', turned('opus.opus', 900))],
  ['a FLAC frame with a bit turned', /FLAC frame 0.00 s in/, () => written('bit.flac', turned('pcm16.flac', 9000))],
  ['an Ogg page that is missing', /Ogg page 3 comes where 2 should/, () => withoutPage(2)],
  [
    '24 bits in blocks of 4 bytes',
    /blocks of 8 bytes/,
    () => wav('block8.wav', bytes => bytes.writeUInt32LE(0x180008, 32)),
  ],
  ['60,000 channels', /60000 channels/, () => wav('channels.wav', bytes => bytes.writeUInt16LE(60_000, 22))],
  ['1 Hz', /rate of 1 Hz/, () => wav('1-hertz.wav', bytes => bytes.writeUInt32LE(1, 24))],
  ['4 MHz', /rate of 4000000 Hz/, () => wav('4-megahertz.wav', bytes => bytes.writeUInt32LE(4_000_000, 24))],
  [
    'a list of files',
    /is not audio/,
    () => written('list.m4a', Buffer.from(`ffconcat version 1.0\nfile ${file('pcm16.wav')}\n`)),
  ],
]

/** A fixture with one bit turned. */
function turned(name: string, at: number): Buffer {
  const bytes = readFileSync(file(name))
  bytes[at] = bytes[at]! ^ 4
  return bytes
}

/** A longer Vorbis file without one of its pages. */
function withoutPage(number: number): string {
  const long = join(folder, 'long.ogg')
  const sound = writeWav(join(folder, 'long.wav'), sine(440, 16000, 16000 * 20))
  execFileSync(findFfmpeg()!, ['-nostdin', '-v', 'error', '-y', '-i', sound, '-c:a', 'libvorbis', long])
  const bytes = readFileSync(long)
  const starts: number[] = []
  for (let at = bytes.indexOf('OggS'); at >= 0; at = bytes.indexOf('OggS', at + 1)) starts.push(at)
  return written('gap.ogg', Buffer.concat([bytes.subarray(0, starts[number]), bytes.subarray(starts[number + 1])]))
}

for (const [what, reason, path] of DAMAGED) {
  withFfmpeg(`${what}: refused, with the reason`, async t => {
    const ours = await throughEarshot(path())
    t.is(ours.kind, 'refused')
    t.regex(ours.kind === 'refused' ? ours.reason : '', reason)
  })
}

test('a block size of 0 is what the other fields say', async t => {
  const ours = await read(wav('block0.wav', bytes => bytes.writeUInt16LE(0, 32)))
  t.deepEqual(ours.samples, whole)
  t.is(ours.notes.length, 1)
})

test('an RF64 size of 2^62 bytes: what is there', async t => {
  const bytes = readFileSync(file('pcm16.wav'))
  const long = Buffer.alloc(36)
  long.write('ds64\x1c', 0, 'latin1')
  long.writeBigUInt64LE(2n ** 62n, 16)
  bytes.write('RF64', 0)
  bytes.writeUInt32LE(0xffffffff, 40)
  const ours = await read(written('rf64.wav', Buffer.concat([bytes.subarray(0, 12), long, bytes.subarray(12)])))
  t.deepEqual(ours.samples, whole)
  t.is(ours.notes.length, 1)
})

test('a file that shrinks while it is read is no end of its sound', async t => {
  const path = written('shrinks.wav', Buffer.concat([readFileSync(file('pcm16.wav')), Buffer.alloc(2 ** 20)]))
  truncateSync(path, 2 ** 20)
  const bytes = readFileSync(path)
  bytes.writeUInt32LE(bytes.length - 44, 40)
  writeFileSync(path, bytes)
  const blocks = decode(path)
  await blocks.next()
  truncateSync(path, 1000)
  const error = await t.throwsAsync(async () => {
    for await (const _ of blocks);
  })
  t.regex(error!.message, /became shorter while it was read/)
})

test('named pipes and devices are no files, and nobody waits for them', async t => {
  const pipe = join(folder, 'pipe.wav')
  execFileSync('mkfifo', [pipe])
  for (const path of [pipe, '/dev/zero']) {
    const ours = await throughEarshot(path)
    t.regex(ours.kind === 'refused' ? ours.reason : ours.kind, /cannot be opened \(not a file\)/)
  }
})

/** Left and right are each other's opposite. */
const opposite = (name: string) => {
  const sound = sine(440, 16000, 1000)
  return writeWav(
    join(folder, name),
    Float32Array.from({ length: 2000 }, (_, i) => (i % 2 ? -1 : 1) * sound[i >> 1]!),
    {
      channels: 2,
    },
  )
}

test('channels that cancel each other are told, and one can be chosen', async t => {
  const path = opposite('opposite.wav')
  const ours = await read(path)
  t.true(ours.samples.every(x => x === 0))
  t.regex(ours.notes.join(), /cancel/)
  for (const [channel, sign] of [
    [1, 1],
    [2, -1],
  ] as const) {
    const notes: string[] = []
    for await (const { samples } of decode(path, { channel, note: oddity => notes.push(oddity) }))
      t.deepEqual(
        samples,
        sine(440, 16000, 1000).map(x => sign * x),
      )
    t.deepEqual(notes, [])
  }
  const error = await t.throwsAsync(
    async () => {
      for await (const _ of decode(path, { channel: 3 }));
    },
    { instanceOf: Problem },
  )
  t.is((error as Problem).code, 'no-such-channel')
})

test('a stretch behind the end says how long the file is', async t => {
  for (const name of ['pcm16.wav', 'pcm16.flac']) {
    const error = await t.throwsAsync(async () => {
      for await (const _ of decode(file(name), { start: 7, end: 9 }));
    })
    t.regex(error!.message, /behind its end \(asked for from 7 s on, and it is 0.1 s long\)/)
  }
})

withFfmpeg('stereo MP3 whose channels are alike has two channels all the same', async t => {
  const path = join(folder, 'alike.mp3')
  const words = ['-f', 'lavfi', '-i', 'sine=440:sample_rate=44100:duration=1', '-ac', '2', '-joint_stereo', '0', path]
  execFileSync(findFfmpeg()!, ['-nostdin', '-v', 'error', ...words])
  let count = 0
  for await (const { samples } of decode(path, { channel: 2 })) count += samples.length
  t.is(count, 44100)
})
