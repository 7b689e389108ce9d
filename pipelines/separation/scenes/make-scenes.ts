/** A folder of scenes from a config: what is there already stays, what is missing is made. */
import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type ClipList, readClips } from '../../../data/manifests.js'
import { Problem } from '../../../data/problem.js'
import { makeFolder, writeWhole } from '../../../data/whole-file.js'
import { progress } from '../../terminal/progress.js'
import { Casting } from './casting.js'
import { makeScene } from './make-scene.js'
import { writeTables } from './manifest.js'
import { readSceneSettings, type SceneSettings } from './settings.js'
import { SoundStore } from './sound-store.js'
import { noteFile, writeScene } from './write-scene.js'

export interface ScenesOptions {
  /** configs/scenes/*.yaml */
  config: string
  /** Folder to write. */
  output: string
  /** Scenes, in place of the config's own number. */
  count?: number | undefined
  seed: number
  /** Of `of` processes that share the work this is number `number`, from 1. */
  shard?: { number: number; of: number } | undefined
  /** Once aborted, the scene at hand is finished and nothing more is made. */
  signal?: AbortSignal | undefined
}

export interface ScenesMade {
  settings: SceneSettings
  /** Asked for, in all shards. */
  count: number
  made: number
  /** Still to be made, by this or other processes; the tables are written when it is 0. */
  missing: number
  /** Files that cannot be read, and why. */
  skipped: Map<string, string>
}

/** To be raised when the same settings and seed make other scenes. */
const VERSION = 1

/** @throws Problem `no-scene`, `other-scenes`, `disk-full`, `not-writable`; those of configs and manifests */
export async function makeScenes({ config, output, seed, signal, ...options }: ScenesOptions): Promise<ScenesMade> {
  const settings = await readSceneSettings(config)
  const count = options.count ?? settings.count
  const { number, of } = options.shard ?? { number: 1, of: 1 }
  const [events, beds] = await Promise.all([settings.events, settings.beds].map(each => each && readClips(each.set)))
  checkColumns(settings, events!, config)
  const clips = [events!.clips, beds?.clips ?? []] as const
  claim(output, { version: VERSION, seed, ...withoutCount(settings), clips: clips.map(fingerprint) })
  const casting = new Casting(settings, ...clips, seed)
  const skipped = new Map<string, string>()
  const onBad = ({ path }: { path: string }, { message }: Problem) => skipped.set(path, message)
  const studio = { settings, seed, casting, sounds: new SoundStore(settings.rate), onBad }
  const mine = Array.from({ length: count }, (_, index) => index).filter(index => index % of === number - 1)
  const left = mine.filter(index => !existsSync(noteFile(output, index)))
  const bar = progress('scenes', mine.length, mine.length - left.length)
  let made = 0
  try {
    for (const index of left) {
      if (signal?.aborted) break
      writeScene(output, await makeScene(studio, index), settings)
      made++
      bar.tick()
      await setImmediate() // lets signals through
    }
  } finally {
    bar.done()
  }
  return { settings, count, made, missing: writeTables(output, count, settings), skipped }
}

const withoutCount = ({ count: _, name: __, ...rest }: SceneSettings) => rest
const fingerprint = (clips: readonly { id: string }[]) => hash('sha1', clips.map(({ id }) => id).join('\n'))

function checkColumns({ events, labels }: SceneSettings, { columns }: ClipList, config: string): void {
  const { together, within } = events
  const asked = [...labels, ...[together?.column, within].filter(name => name !== undefined)]
  const unknown = asked.find(column => !columns.includes(column))
  if (unknown === undefined) return
  throw new Problem('missing-column', `${config}: the events have no label column '${unknown}'.`, {
    place: { file: config },
    hint: `Columns of ${events.set}: ${columns.join(', ') || 'none'}.`,
  })
}

/** A folder holds scenes of one config and one seed. */
function claim(folder: string, settings: object): void {
  const file = join(folder, 'settings.json')
  const text = `${JSON.stringify(settings, undefined, 1)}\n`
  makeFolder(folder)
  if (!existsSync(file)) writeWhole(file, text)
  if (readFileSync(file, 'utf8') === text) return
  throw new Problem('other-scenes', `${folder} holds scenes of other settings, clips or another seed.`, {
    place: { file },
    hint: `Name another folder with -o, or delete ${folder}.`,
  })
}
