/** A config small enough to be trained in a test, on real sounds. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scratchFolder } from './earshot.js'

const SAMPLES = 'node_modules/supersonic-scsynth-samples/samples'

export interface SmallConfig {
  folder: string
  sounds: string
  config: string
  /** Environment: a cache of the tests. */
  cache: Record<string, string>
}

export interface SmallTraining {
  steps: number
  /** Steps from checkpoint to checkpoint. */
  every: number
  /** Recording a step takes longer than a few steps do. */
  compile?: 'auto' | 'off'
}

/** What the sounds come to is worked out once for all tests that run together (run.mjs), or for those of a file. */
const CACHE = process.env.EARSHOT_TEST_CACHE ?? scratchFolder('cache')

/** 24 short recordings and a bad one, and a small graph that learns from them. */
export function smallConfig(name: string, { steps, every, compile = 'off' }: SmallTraining): SmallConfig {
  const folder = scratchFolder(name)
  const sounds = join(folder, 'sounds')
  mkdirSync(sounds)
  const names = readdirSync(SAMPLES).filter(file => /^(drum|elec|bd).*flac$/.test(file))
  for (const file of names.slice(0, 24)) copyFileSync(join(SAMPLES, file), join(sounds, file))
  writeFileSync(
    join(sounds, 'c-truncated.flac'),
    readFileSync(join(SAMPLES, 'drum_cymbal_open.flac')).subarray(0, 3000),
  )
  const config = join(folder, 'small.yaml')
  writeFileSync(
    config,
    `extends: ${join(process.cwd(), 'graphs/contrastive-16k.yaml')}
name: small
data: { set: ${JSON.stringify(sounds)} }
nodes:
  near: { frames: 48 }
  batch: { size: 8 }
  encoder: { widths: [4, 8] }
  projection: { hidden: 16, width: 8 }
train:
  steps: ${steps}
  log-every: 1
  calibration: 2
  compile: ${compile}
  optimiser: { kind: sgd }
  schedule: { kind: constant, learning-rate: 0.05 }
  checkpoints: { every: ${every}, keep: 10 }
`,
  )
  return { folder, sounds, config, cache: { EARSHOT_CACHE: CACHE } }
}
