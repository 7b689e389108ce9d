/** Scenes of synthetic sounds and a tiny separator that has learnt from them for a few steps. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { streamOf } from '../../../graphs/streams/draws.js'
import { integerWav, quantised } from '../../../pipelines/drawing/wav-file.js'
import { earshot, type Finished, scratchFolder } from '../../earshot.js'

export const RATE = 16_000

export interface SmallSeparator {
  folder: string
  /** Manifest of the scenes, of 1 s each. */
  manifest: string
  /** Run of the separator, with checkpoints of steps 2 and 4. */
  run: string
  earshot(...words: string[]): Promise<Finished>
}

/** @param scenes how many; 2 sounds in each */
export async function smallSeparator(name: string, scenes: number): Promise<SmallSeparator> {
  const folder = scratchFolder(name)
  writeSounds(join(folder, 'sounds'))
  writeFileSync(
    join(folder, 'scenes.yaml'),
    `count: ${scenes}
length: 1 s
events: { set: sounds, number: [2, 2], length: [50 ms, 0.8 s], overlap: 0.5, levels: 0 }
`,
  )
  writeFileSync(
    join(folder, 'separator.yaml'),
    `extends: ${join(process.cwd(), 'graphs/mixit.yaml')}
data: { set: scenes/manifest.tsv }
nodes:
  wave: { at-least: 0.5 s }
  excerpt: { length: 0.5 s }
  batch: { size: 2 }
  separator: { sources: 3, bottleneck: 8, channels: 8, blocks: 2, repeats: 1 }
train:
  steps: 4
  calibration: 0
  compile: off
  optimiser: { kind: adam }
  schedule: { kind: constant, learning-rate: 1e-3 }
  checkpoints: { every: 2, keep: 10 }
`,
  )
  const [manifest, run] = [join(folder, 'scenes/manifest.tsv'), join(folder, 'separator')]
  const call = (...words: string[]) => earshot(words, { EARSHOT_CACHE: join(folder, 'cache') })
  await succeeds(call('scenes', join(folder, 'scenes.yaml'), '-o', join(folder, 'scenes')))
  await succeeds(call('train', join(folder, 'separator.yaml'), '--run', run))
  return { folder, manifest, run, earshot: call }
}

/** @throws Error with what the program said */
export async function succeeds(ended: Promise<Finished>): Promise<Finished> {
  const finished = await ended
  if (finished.code !== 0) throw new Error(finished.error)
  return finished
}

/** Decaying tones and noises of less than a second. */
function writeSounds(folder: string): void {
  mkdirSync(folder)
  for (let i = 0; i < 8; i++) {
    const samples = new Float32Array((0.3 + 0.06 * i) * RATE)
    streamOf(`sound ${i}`).fillNormal(samples, 0.2)
    const sound = samples.map((noise, at) => {
      const tone = Math.sin((2 * Math.PI * 200 * (i + 1) * at) / RATE)
      return (i % 2 ? noise : 0.5 * tone) * Math.exp((-5 * at) / RATE)
    })
    writeFileSync(join(folder, `${i}.wav`), integerWav(quantised(sound), RATE))
  }
}
