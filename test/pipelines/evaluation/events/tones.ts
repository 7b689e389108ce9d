/** Recordings with two tones, each annotated, and a small graph that learns when they are heard. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeWav } from '../../../stages/audio/sounds.js'

const RATE = 16_000

/** Recordings of 2 s with a low tone and a high one, each at its own time. @returns the data set file */
export function recordTones(folder: string, count: number): string {
  mkdirSync(folder)
  const rows = ['file\tonset\toffset\tlabel']
  for (let at = 0; at < count; at++) {
    const samples = Float32Array.from({ length: 2 * RATE }, (_, i) => 0.003 * Math.sin(i * i))
    for (const [name, hertz, onset] of [
      ['low', 300, 0.1 + (at % 5) * 0.25],
      ['high', 3000, 1.2 - (at % 4) * 0.3],
    ] as const) {
      for (let i = 0; i < 0.5 * RATE; i++)
        samples[Math.round(onset * RATE) + i]! += 0.3 * Math.sin((2 * Math.PI * hertz * i) / RATE)
      rows.push(`${at}.wav\t${onset}\t${onset + 0.5}\t${name}`)
    }
    writeWav(join(folder, `${at}.wav`), samples, { rate: RATE })
  }
  writeFileSync(join(folder, 'events.tsv'), rows.join('\n'))
  const set = join(folder, 'set.yaml')
  writeFileSync(set, 'folder: .\nannotations: events.tsv\nsegment: 2 s\n')
  return set
}

/** A config beside the data set file. */
export function toneConfig(set: string, steps: number): string {
  const config = set.replace(/\.yaml$/, '-tones.yaml')
  writeFileSync(
    config,
    `extends: ${join(process.cwd(), 'graphs/frame-events.yaml')}
name: tones
nodes:
  wave: { at-least: 2 s }
  patch: { frames: 96 }
  activity: { column: label, classes: [low, high] }
  batch: { size: 8 }
  heard: { size: 8 }
  encoder: { widths: [8, 8] }
data: { set: ${JSON.stringify(set)} }
train:
  steps: ${steps}
  compile: 'off'
  optimiser: { kind: adam }
  schedule: { kind: constant, learning-rate: 0.02 }
`,
  )
  return config
}
