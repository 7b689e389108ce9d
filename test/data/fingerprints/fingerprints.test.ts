import test from 'ava'
import { FingerprintIndex } from '../../../data/fingerprints/fingerprint-index.js'
import { octaveAgreement } from '../../../data/fingerprints/octave-agreement.js'
import { sameSound } from '../../../data/fingerprints/same-sound.js'
import { align } from '../../../data/fingerprints/same-waveform.js'
import { type Fingerprint, Fingerprinter } from '../../../data/fingerprints/sub-fingerprints.js'

const RATE = 8000

/** A reproducible number from 0 to 1 by position. */
const noise = (seed: number) => (i: number) => {
  const mixed = Math.imul(i ^ (seed * 0x9e3779b1), 0x85ebca6b)
  return ((Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0) / 2 ** 32) * 2 - 1
}

/** Five bursts of noise, each of its own colour and decay. */
function sound(seed: number, seconds = 2): Float32Array {
  const draw = noise(seed)
  const out = new Float32Array(seconds * RATE)
  let last = 0
  for (let i = 0; i < out.length; i++) {
    const burst = Math.floor(i / (out.length / 5))
    const within = (i % (out.length / 5)) / (out.length / 5)
    const colour = 0.45 * (draw(-burst - 1) + 1)
    last = colour * last + (1 - colour) * draw(i + 1)
    out[i] = last * Math.exp(-within * (2 + 4 * (draw(-burst - 50) + 1)))
  }
  return out
}

function fingerprint(samples: Float32Array, block = samples.length): Fingerprint {
  const fingerprinter = new Fingerprinter()
  for (let at = 0; at < samples.length; at += block) fingerprinter.push(samples.subarray(at, at + block))
  return fingerprinter.finish()
}

test('how a clip is cut into blocks changes no bit', t => {
  const samples = sound(1)
  t.deepEqual(fingerprint(samples, 777), fingerprint(samples))
})

test('a cut, quieter, inverted and noisy copy is found among forty clips, and nothing else is', t => {
  const clips = Array.from({ length: 40 }, (_, i) => sound(i + 1))
  const index = new FingerprintIndex()
  for (const clip of clips) index.add(fingerprint(clip))
  const draw = noise(99)
  for (const [number, clip] of clips.slice(0, 8).entries()) {
    const copy = clip.slice(3333, 12000).map((x, i) => -0.2 * x + 0.001 * draw(i))
    const candidates = index.candidates(fingerprint(copy))
    t.is(candidates[0]?.other, number)
    const same = candidates.filter(({ other, offset, slack }) => sameSound(copy, clips[other]!, offset, slack))
    t.deepEqual(
      same.map(({ other }) => other),
      [number],
    )
    const found = sameSound(copy, clip, candidates[0]!.offset, candidates[0]!.slack)!
    t.true(found.same)
    t.true(found.octave > 0.9 && found.deviation < 0.5)
    t.true(Math.abs(found.lag - 3333) < 0.1)
    t.true(found.correlation < -0.95)
    t.true(Math.abs(found.gain - 20 * Math.log10(5)) < 0.2)
  }
  for (const [number, clip] of clips.entries()) {
    const others = index.candidates(fingerprint(clip), number)
    t.deepEqual(
      others.filter(({ other, offset, slack }) => sameSound(clip, clips[other]!, offset, slack)),
      [],
    )
  }
})

test('clips of a few hundredths of a second are found by their spectra', t => {
  const clips = Array.from({ length: 20 }, (_, i) => sound(i + 1, 0.05))
  const index = new FingerprintIndex()
  for (const clip of clips) index.add(fingerprint(clip))
  const copy = new Float32Array(480)
  copy.set(
    clips[7]!.map(x => 0.5 * x),
    60,
  )
  const found = index
    .candidates(fingerprint(copy))
    .filter(({ other, offset, slack }) => sameSound(copy, clips[other]!, offset, slack))
  t.deepEqual(
    found.map(({ other }) => other),
    [7],
  )
})

test('the lag between two waveforms is found between samples', t => {
  const wave = (i: number) =>
    Math.sin(0.3 * i) * Math.exp(-(((i - 400) / 90) ** 2)) + 0.5 * Math.sin(0.011 * i * i * 0.1)
  const a = Float32Array.from({ length: 800 }, (_, i) => wave(i))
  const b = Float32Array.from({ length: 800 }, (_, i) => 0.5 * wave(i - 20.5))
  const found = align(a, b, 15, 30)!
  t.true(Math.abs(found.lag - 20.5) < 0.07)
  t.true(found.correlation > 0.99)
})

test('two tones of one pitch and different decay are not the same sound', t => {
  const tone = (decay: number) =>
    Float32Array.from({ length: RATE }, (_, i) => Math.sin(0.4 * i) * Math.exp((-decay * i) / RATE))
  t.true(sameSound(tone(3), tone(3), 0, 64)!.same)
  t.not(sameSound(tone(3), tone(7), 0, 64)?.same, true)
})

const mixed = (a: Float32Array, b: Float32Array) => a.map((x, i) => x + b[i]!)

test('octaves agree as their waveforms do', t => {
  const tone = (hertz: number, phase = 0) =>
    Float32Array.from({ length: 2 * RATE }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / RATE + phase))
  const octaves = octaveAgreement(mixed(tone(90), tone(700)), mixed(tone(90, 1), tone(700)), 0)
  const at = (from: number) => octaves.find(octave => octave.from === from)!
  t.true(Math.abs(at(60).correlation - Math.cos(1)) < 0.01)
  t.true(Math.abs(at(500).correlation - 1) < 1e-6)
  t.true(Math.abs(at(60).level - at(500).level) < 0.1)
  t.true(at(2000).level < -60)
  const late = octaveAgreement(tone(700), tone(700, (-2 * Math.PI * 700 * 0.4) / RATE), 0.4)
  t.true(late.find(({ from }) => from === 500)!.correlation > 1 - 1e-4)
})

test('one sound under two others is alike, not the same', t => {
  const shared = sound(1)
  const bass = (hertz: number) => shared.map((_, i) => 0.2 * Math.sin((2 * Math.PI * hertz * i) / RATE))
  const found = sameSound(mixed(shared, bass(80)), mixed(shared, bass(110)), 0, 64)
  t.true(found !== undefined && Math.abs(found.correlation) > 0.84)
  t.false(found!.same)
  t.true(found!.octave < 0.5)
  t.true(sameSound(mixed(shared, bass(80)), mixed(shared, bass(80)), 0, 64)!.same)
})

test('a sound and its fade are alike, not the same', t => {
  const shared = sound(1)
  const faded = shared.map((x, i) => x * (1 - (0.9 * i) / shared.length))
  t.false(sameSound(shared, faded, 0, 64)!.same)
})

test('silence holds nothing', t => {
  const silence = new Float32Array(RATE)
  t.false(fingerprint(silence).heard.includes(1))
  t.is(align(silence, silence, 0, 10), undefined)
})
