/** The channels of one recording as WAV files, and a note that says they are whole. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { contentHash } from '../../data/content-hash.js'
import { makeFolder, writeWhole } from '../../data/whole-file.js'
import { waveform } from '../../stages/audio/waveform.js'
import { levelsOf } from '../../stages/separation/levels.js'
import type { Processor } from '../../stages/separation/trained/processor.js'
import { separateInWindows, type Windows } from '../../stages/separation/windows.js'
import type { Clip } from '../../stages/values.js'
import type { Named } from './processors.js'
import { WavWriter } from './wav-writer.js'

/** `separation.json` in the folder of a recording, written last: what it says is there. Files are named from it. */
export interface SeparationNote {
  clip: string
  path: string
  start?: number | undefined
  end?: number | undefined
  /** Of the recording's file, SHA-256. */
  content: string
  rate: number
  samples: number
  windows: Windows
  mixture: string
  processors: {
    name: string
    sha256: string
    channels: {
      file: string
      /** Decibels over the mixture; -200 is silence. */
      level: number
    }[]
  }[]
}

const NOTE = 'separation.json'

export interface SeparateClip {
  clip: Clip
  /** Of this recording. */
  folder: string
  processors: readonly Named<Processor>[]
  windows: Windows
  signal: AbortSignal
}

/** What the folder of a recording says of itself; nothing if it is not whole. */
export function readNote(folder: string): SeparationNote | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, NOTE), 'utf8'))
  } catch {
    return undefined
  }
}

/** The note, if everything is there that would be written. @throws Problem of `contentHash` */
export async function noteIfDone({
  clip,
  folder,
  processors,
  windows,
}: SeparateClip): Promise<SeparationNote | undefined> {
  const note = readNote(folder)
  if (!note) return undefined
  const wanted = [
    clip.path,
    clip.start,
    clip.end,
    await contentHash(clip.path),
    windows,
    processors.map(({ hash }) => hash),
  ]
  const { path, start, end, content } = note
  const there = [path, start, end, content, note.windows, note.processors.map(({ sha256 }) => sha256)]
  const files = [note.mixture, ...note.processors.flatMap(({ channels }) => channels.map(({ file }) => file))]
  const same = JSON.stringify(wanted) === JSON.stringify(there)
  return same && files.every(name => existsSync(join(folder, name))) ? note : undefined
}

/**
 * Separates a recording in bounded memory; it is decoded once for each processor. The channels of a processor add up to
 * mixture.wav, the recording in mono at the processors' rate, at its own level.
 *
 * @throws Problem of the recording; `disk-full`, `not-writable`; the signal's reason once it is aborted. What is not whole is
 *   taken away then.
 */
export async function separateClip(options: SeparateClip): Promise<SeparationNote> {
  const { clip, folder, processors, windows } = options
  const content = await contentHash(clip.path)
  makeFolder(folder)
  const { rate } = processors[0]!
  const noted: SeparationNote['processors'] = []
  let samples = 0
  for (const [at, processor] of processors.entries()) {
    const prefix = processors.length > 1 ? `${processor.name}-` : ''
    const names = Array.from({ length: processor.count }, (_, channel) => `${prefix}${channel + 1}.wav`)
    const written = await writeChannels(options, processor, names, at === 0)
    samples = written.samples
    const channels = names.map((file, channel) => ({ file, level: written.levels[channel]! }))
    noted.push({ name: processor.name, sha256: processor.hash, channels })
  }
  const { id, path, start, end } = clip
  const about = { clip: id, path, start, end, content, rate, samples, windows }
  const note: SeparationNote = { ...about, mixture: MIXTURE, processors: noted }
  writeWhole(join(folder, NOTE), `${JSON.stringify(note, undefined, 1)}\n`)
  return note
}

const MIXTURE = 'mixture.wav'

async function writeChannels(
  { clip, folder, windows, signal }: SeparateClip,
  { rate, separate }: Processor,
  names: readonly string[],
  withMixture: boolean,
): Promise<{ samples: number; levels: number[] }> {
  const writers: WavWriter[] = []
  const open = (name: string) => writers[writers.push(new WavWriter(join(folder, name), rate)) - 1]!
  const energies = new Float64Array(names.length)
  let [energy, samples] = [0, 0]
  try {
    const channels = names.map(open)
    const mixture = withMixture ? open(MIXTURE) : undefined
    const sound = waveform(clip, { rate, atLeast: 0, normalise: 'none' })
    const heard = async function* () {
      for await (const block of sound.blocks()) {
        mixture?.add(block)
        energy += energyOf(block)
        samples += block.length
        yield block
      }
    }
    for await (const blocks of separateInWindows(heard(), separate, windows)) {
      for (const [at, block] of blocks.entries()) {
        channels[at]!.add(block)
        energies[at]! += energyOf(block)
      }
      await setImmediate() // lets a signal through
      signal.throwIfAborted()
    }
    for (const writer of writers) writer.finish()
  } finally {
    for (const writer of writers) writer.abandon()
  }
  return { samples, levels: [...levelsOf(energy, [...energies])].map(level => Math.round(100 * level) / 100) }
}

function energyOf(block: Float32Array): number {
  let energy = 0
  for (let i = 0; i < block.length; i++) energy += block[i]! * block[i]!
  return energy
}
