/**
 * Notes of twelve synthetic timbres, 24 semitones each: sounds whose pitch is known, and whose timbre is what a classifier
 * has to hear past (data/sets/pitch16k.yaml). Pitch, length, loudness and phases are drawn, the same each time.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeDelimited } from '../../data/manifests/delimited.js'
import { writeWhole } from '../../data/whole-file.js'
import { streamOf } from '../../graphs/streams/draws.js'
import { integerWav, quantised } from '../../pipelines/drawing/wav-file.js'
import type { Rng } from '../../stages/values.js'

const RATE = 16_000
const HIGHEST = 7000
const SEMITONES = 24
/** C3, in hertz. */
const LOWEST = 130.813
const NAMES = ['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B']

interface Timbre {
  /** Amplitude of a partial by its number, its frequency in hertz and the time in seconds. */
  partial: (number: number, hertz: number, time: number) => number
  /** Frequency of a partial over that of the first; its number if not said. */
  ratio?: (number: number) => number
  /** Seconds from silence to full strength. */
  attack: number
  /** Share of the frequency that vibrato moves it by, five times a second. */
  vibrato?: number
  /** Amplitude of white noise beside partials of 1. */
  breath?: number
}

const decaying = (speed: number) => (number: number, _: number, time: number) =>
  Math.exp(-time * speed * (1 + 0.5 * number)) / number
const stretched = (by: number) => (number: number) => number * Math.sqrt(1 + by * number * number)
const formants =
  (...places: readonly number[]) =>
  (number: number, hertz: number) =>
    places.reduce((sum, place, at) => sum + Math.exp(-(((hertz - place) / 180) ** 2)) / (1 + at), 0.02 / number)
const listed = (amplitudes: Readonly<Record<number, number>>) => (number: number) => amplitudes[number] ?? 0

const TIMBRES: Readonly<Record<string, Timbre>> = {
  flute: { partial: listed({ 1: 1, 2: 0.3, 3: 0.1, 4: 0.03 }), attack: 0.06, vibrato: 0.004, breath: 0.03 },
  strings: { partial: number => 1 / number, attack: 0.15, vibrato: 0.006 },
  clarinet: { partial: number => (number % 2 === 1 ? 1 / number : 0.02), attack: 0.03 },
  plucked: { partial: decaying(2), ratio: stretched(1e-4), attack: 0.002 },
  piano: { partial: (n, hertz, time) => decaying(1.2)(n, hertz, time) / n, ratio: stretched(4e-4), attack: 0.004 },
  organ: { partial: listed({ 1: 1, 2: 0.8, 3: 0.5, 4: 0.6, 6: 0.3, 8: 0.3 }), attack: 0.01 },
  brass: { partial: (number, _, time) => Math.exp(-number / (2 + 8 * Math.min(1, time / 0.2))), attack: 0.05 },
  marimba: {
    partial: (number, _, time) => Math.exp(-time * 6 * number) / number,
    ratio: number => [1, 3.93, 9.24][number - 1] ?? Number.POSITIVE_INFINITY,
    attack: 0.002,
  },
  'voice a': { partial: formants(700, 1150, 2600), attack: 0.05, vibrato: 0.005 },
  'voice i': { partial: formants(300, 2300, 3000), attack: 0.05, vibrato: 0.005 },
  bass: { partial: (number, hertz) => 1 / number / (1 + (hertz / 500) ** 4), attack: 0.01 },
  reed: { partial: number => (number < 3 ? 0 : 1 / Math.sqrt(number)), attack: 0.04, breath: 0.01 },
}

/** Makes the sounds of data/sets/pitch16k.yaml where that file looks for them, unless they are there. */
export function demandPitchSounds(): void {
  const folder = join(process.env.EARSHOT_PITCH ?? 'sounds', 'pitch16k')
  if (!existsSync(join(folder, 'labels.tsv'))) writePitchSounds(folder)
}

/** A WAV file for each note, and `labels.tsv` with its pitch and timbre. */
function writePitchSounds(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const rows = Object.entries(TIMBRES).flatMap(([name, timbre]) =>
    Array.from({ length: SEMITONES }, (_, semitone) => {
      const pitch = `${NAMES[semitone % 12]}${3 + Math.floor(semitone / 12)}`
      const file = `${name}-${semitone}.wav`.replace(' ', '-')
      const sound = note(timbre, LOWEST * 2 ** (semitone / 12), streamOf(`pitch ${name} ${semitone}`))
      writeWhole(join(folder, file), integerWav(quantised(sound), RATE))
      return [file, pitch, name]
    }),
  )
  writeWhole(join(folder, 'labels.tsv'), writeDelimited([['file', 'pitch', 'timbre'], ...rows], '\t'))
}

function note({ partial, ratio = number => number, attack, vibrato = 0, breath = 0 }: Timbre, pitch: number, rng: Rng) {
  const first = pitch * 2 ** (rng.uniform(-0.2, 0.2) / 12)
  const seconds = rng.uniform(0.5, 1.3)
  const sound = new Float32Array(Math.round(seconds * RATE))
  for (let number = 1; first * ratio(number) < HIGHEST; number++) {
    const hertz = first * ratio(number)
    let phase = rng.uniform(0, 2 * Math.PI)
    for (let at = 0; at < sound.length; at++) {
      const time = at / RATE
      phase += (2 * Math.PI * hertz * (1 + vibrato * Math.sin(10 * Math.PI * time))) / RATE
      sound[at]! += partial(number, hertz, time) * Math.sin(phase)
    }
  }
  for (let at = 0; at < sound.length; at++) {
    const time = at / RATE
    const envelope = Math.min(1, time / attack) * Math.min(1, (seconds - time) / 0.03)
    sound[at] = envelope * (sound[at]! + breath * rng.normal())
  }
  const loudest = sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  const level = 10 ** (rng.uniform(-20, -1) / 20) / loudest
  return sound.map(sample => level * sample + 1e-4 * rng.normal())
}
