/** One scene on disk: a mixture, a folder with its stems, and what is known about them. */
import { join } from 'node:path'
import { makeFolder, writeWhole } from '../../../data/whole-file.js'
import { integerWav, quantised } from '../../drawing/wav-file.js'
import type { MadeScene, Part } from './make-scene.js'
import { type SceneSettings, sectorOf } from './settings.js'

/** What scenes.jsonl says of a scene. Times are in seconds, levels in dB of full scale over active frames. */
export interface SceneNote {
  /** From the folder of the scenes. */
  file: string
  seconds: number
  rate: number
  split: string
  /** All stems were multiplied with it so that nothing clips; levels include it. */
  gain: number
  events: EventNote[]
  bed?: PartNote
}

export interface PartNote {
  stem: string
  clip: string
  labels: Record<string, string>
  /** Where in the clip's file the piece begins. */
  source: number
  level: number
}

export interface EventNote extends PartNote {
  onset: number
  offset: number
  /** Degrees to the right of what is ahead, and the name of the part of the directions that this is in. */
  direction?: number
  sector?: string
  /** Level above the bed's, dB. */
  snr?: number
}

export const nameOf = (index: number) => String(index).padStart(6, '0')
export const noteFile = (folder: string, index: number) => join(folder, nameOf(index), 'scene.json')

/**
 * Stems are rounded to 16 bits and the mixture is their sum, so that they add up to it exactly. The note is written
 * last: a scene is there if its note is.
 *
 * @throws Problem `disk-full`, `not-writable`
 */
export function writeScene(folder: string, made: MadeScene, settings: SceneSettings): void {
  const { rate, microphones } = settings
  const channels = microphones ? 2 : 1
  const name = nameOf(made.index)
  const { events, bed } = made.scene
  const stems = [...events.map((samples, i) => ({ samples, file: `${name}/${i + 1}.wav` }))]
  if (bed) stems.push({ samples: bed, file: `${name}/bed.wav` })
  makeFolder(join(folder, name))
  const mixture = new Int16Array(events[0]!.length)
  for (const { samples, file } of stems) {
    const integers = quantised(samples)
    for (let i = 0; i < mixture.length; i++) mixture[i]! += integers[i]!
    writeWhole(join(folder, file), integerWav(integers, rate, channels))
  }
  writeWhole(join(folder, `${name}.wav`), integerWav(mixture, rate, channels))
  writeWhole(noteFile(folder, made.index), `${JSON.stringify(noteOf(made, name, settings))}\n`)
}

function noteOf({ scene, parts, bed, split }: MadeScene, name: string, settings: SceneSettings): SceneNote {
  const { rate, length, microphones } = settings
  const part = ({ clip, start }: Part, stem: string, level: number): PartNote => ({
    stem: `${name}/${stem}.wav`,
    clip: clip.id,
    labels: clip.labels,
    source: rounded((clip.start ?? 0) + start / rate),
    level: rounded(level),
  })
  const { placed, bedLevel } = scene
  return {
    file: `${name}.wav`,
    seconds: rounded(Math.round(length * rate) / rate),
    rate,
    split,
    gain: scene.gain,
    events: placed.map(({ onset, samples, level, direction }, i) => ({
      ...part(parts[i]!, String(i + 1), level),
      onset: rounded(onset / rate),
      offset: rounded((onset + samples) / rate),
      ...(direction !== undefined && { direction: rounded(direction), sector: sectorOf(direction, microphones!) }),
      ...(bedLevel !== undefined && { snr: rounded(level - bedLevel) }),
    })),
    ...(bed && { bed: part(bed, 'bed', bedLevel!) }),
  }
}

const rounded = (value: number) => Math.round(value * 1e6) / 1e6
