/** A small supervised config on real sounds: what a clip is stands at the beginning of its file's name. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type SmallConfig, smallConfig } from '../../../small-config.js'

export interface Supervised extends SmallConfig {
  /** Table of the labelled clips. */
  set: string
  classes: string[]
  clips: string[]
}

/** @param more lines of the section `train` */
export function supervised(name: string, steps: number, more = ''): Supervised {
  const small = smallConfig(name, { steps: 2, every: 2 })
  const clips = readdirSync(small.sounds).filter(name => name !== 'c-truncated.flac')
  const label = (name: string) => name.slice(0, name.indexOf('_'))
  const classes = [...new Set(clips.map(label))]
  const set = join(small.folder, 'labels.tsv')
  writeFileSync(set, `file\tlabel\n${clips.map(name => `sounds/${name}\t${label(name)}\n`).join('')}`)
  const config = join(small.folder, 'supervised.yaml')
  writeFileSync(
    config,
    `extends: ${join(process.cwd(), 'graphs/supervised-16k.yaml')}
name: supervised
data: { set: labels.tsv }
evaluate: { set: labels.tsv }
nodes:
  patch: { frames: 48 }
  batch: { size: 8 }
  labels: { size: 8 }
  label: { classes: [${classes.join(', ')}] }
  encoder: { width: 0.0625, downsampling: max }
train:
  steps: ${steps}
  calibration: 1
  compile: off
  log-every: 1
  optimiser: { kind: sgd }
  schedule: { kind: constant, learning-rate: 0.05 }
${more}`,
  )
  return { ...small, config, set, classes, clips }
}
