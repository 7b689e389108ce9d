/** The length of MP4 by its boxes: right, or unknown. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { decode } from '../../../data/decoding/decode.js'
import { findFfmpeg } from '../../../data/decoding/ffmpeg.js'
import { secondsInHeaders } from '../../../data/decoding/sound-format.js'
import { temporaryFolder } from '../../stages/audio/sounds.js'

const AAC = 'test/fixtures/decode/aac.m4a'
const folder = temporaryFolder()

/** What the boxes of a film of this content say of its length. */
function secondsOf(name: string, ...boxes: Buffer[]): number | undefined {
  const path = join(folder, name)
  writeFileSync(path, Buffer.concat(boxes))
  return secondsInHeaders(path)
}

const u32 = (...numbers: number[]) => Buffer.from(Uint32Array.from(numbers).buffer).swap32()
const u64 = (number: bigint) => Buffer.from(BigUint64Array.of(number).buffer).swap64()
const box = (type: string, ...content: Buffer[]) => {
  const body = Buffer.concat(content)
  return Buffer.concat([u32(8 + body.length), Buffer.from(type), body])
}
const longBox = (type: string, content: Buffer) =>
  Buffer.concat([u32(1), Buffer.from(type), u64(BigInt(16 + content.length)), content])

/** `mvhd` or `mdhd`. */
const times = (type: string, scale: number, units: number) => box(type, u32(0, 0, 0, scale, units))
const longTimes = (type: string, scale: number, units: bigint) =>
  box(type, u32(1 << 24), u64(0n), u64(0n), u32(scale), u64(units))
const handler = (kind: string) => box('hdlr', u32(0, 0), Buffer.from(kind))
const edits = (...all: [units: number, from: number][]) =>
  box('edts', box('elst', u32(0, all.length, ...all.flatMap(([units, from]) => [units, from >>> 0, 1 << 16]))))
const track = (kind: string, media: Buffer, ...more: Buffer[]) =>
  box('trak', ...more, box('mdia', media, handler(kind)))
const sound = (seconds: number, ...more: Buffer[]) => track('soun', times('mdhd', 8000, 8000 * seconds), ...more)
const [FTYP, MDAT] = [box('ftyp', Buffer.from('M4A ')), box('mdat', Buffer.alloc(100))]

test('moov before or behind the sound, in 32 and 64 bits', t => {
  const moov = box('moov', times('mvhd', 1000, 90_000), sound(90))
  t.is(secondsOf('front.m4a', FTYP, moov, MDAT), 90)
  t.is(secondsOf('behind.m4a', FTYP, box('free'), longBox('mdat', Buffer.alloc(100)), moov), 90)
  const long = track('soun', longTimes('mdhd', 48_000, 48_000n * 200_000n))
  t.is(secondsOf('long.mov', MDAT, box('moov', longTimes('mvhd', 600, 600n * 200_000n), long)), 200_000)
})

test('of a video its sound counts; edits leave out what an encoder added, and pauses', t => {
  const video = track('vide', times('mdhd', 25, 25 * 600))
  const moov = (...boxes: Buffer[]) => box('moov', times('mvhd', 1000, 600_000), ...boxes)
  t.is(secondsOf('video.mp4', FTYP, moov(video, sound(90)), MDAT), 90)
  t.is(secondsOf('edited.mp4', FTYP, moov(sound(91, edits([90_000, 1024]))), MDAT), 90)
  t.is(secondsOf('late.mp4', FTYP, moov(sound(91, edits([5000, -1], [90_000, 0]))), MDAT), 90)
  t.is(secondsOf('to-the-end.mp4', FTYP, moov(sound(91, edits([0, 0]))), MDAT), 91)
  t.is(secondsOf('mute.mp4', FTYP, moov(video), MDAT), undefined)
  t.is(secondsOf('two-languages.mp4', FTYP, moov(sound(90), sound(80)), MDAT), undefined)
})

test('of fragments, where their writer knew how long they would last together', t => {
  const moov = (...more: Buffer[]) => box('moov', times('mvhd', 1000, 0), sound(0), box('mvex', ...more))
  const fragment = [box('moof', box('mfhd')), MDAT]
  t.is(secondsOf('stated.mp4', FTYP, moov(box('mehd', u32(0, 90_500))), ...fragment), 90.5)
  t.is(secondsOf('stated-long.mp4', FTYP, moov(box('mehd', u32(1 << 24), u64(90_500n))), ...fragment), 90.5)
  t.is(secondsOf('live.mp4', FTYP, moov(), ...fragment), undefined)
})

test('a damaged film has no length, and is no crash', t => {
  const moov = box('moov', times('mvhd', 1000, 90_000), sound(90))
  t.is(secondsOf('cut.m4a', FTYP, moov, MDAT.subarray(0, 50)), undefined)
  t.is(secondsOf('cut-in-box.m4a', FTYP, MDAT, moov.subarray(0, 40)), undefined)
  t.is(secondsOf('no-moov.m4a', FTYP, MDAT), undefined)
  t.is(secondsOf('two.m4a', FTYP, moov, moov, MDAT), undefined)
  t.is(secondsOf('zeros.m4a', FTYP, moov, MDAT, Buffer.alloc(64)), undefined)
  t.is(secondsOf('bent.m4a', FTYP, box('moov', times('mvhd', 1000, 90_000), sound(9000)), MDAT), undefined)
  t.is(secondsOf('no-scale.m4a', FTYP, box('moov', times('mvhd', 0, 90_000), sound(90)), MDAT), undefined)
  t.is(secondsOf('unknown.m4a', FTYP, box('moov', times('mvhd', 1000, 2 ** 32 - 1), sound(90)), MDAT), undefined)
})

test('every byte of the boxes broken, every cut: the length stays, or none is told', t => {
  const whole = readFileSync(AAC)
  const known = secondsOf('whole.m4a', whole)!
  const start = whole.indexOf('moov') - 4
  for (let at = start; at < whole.length; at += 7) {
    const broken = Buffer.from(whole)
    broken[at]! ^= 0xff
    const told = secondsOf('broken.m4a', broken)
    t.true(told === undefined || Math.abs(told - known) < 0.2, `byte ${at}: ${told} s`)
    t.is(secondsOf('cut.m4a', whole.subarray(0, at)), undefined)
  }
})
;(findFfmpeg() ? test : test.skip)(
  'it is what ffmpeg decodes, up to a frame that an encoder has filled up',
  async t => {
    let seconds = 0
    for await (const { rate, samples } of decode(AAC)) seconds += samples.length / rate
    const rest = seconds - secondsInHeaders(AAC)!
    t.true(rest > -0.001 && rest < 0.05, `${rest} s`)
  },
)
