/**
 * Makes an archive as somebody with recorders has it: sounds of pool16k laid into its ambiences at known times and levels;
 * recordings of a quarter of an hour (or MINUTES) at 44.1 and 48 kHz, stereo, WAV, FLAC and MP3, in folders with accents and blanks;
 * a tenth of them annotated, by Raven, Audacity and a table in turn. `truth.csv` knows every sound that was laid in.
 *
 *   node dist/bench/archive.js FOLDER [HOURS] [SEED] [MINUTES]        20 hours if not said: 7 GB
 *
 * Then, each one command:
 *
 *   ./earshot data check FOLDER/truth.csv
 *   ./earshot train configs/pool-small.yaml --set data.set=FOLDER/recordings --run runs/archive
 *   ./earshot embed runs/archive FOLDER/recordings -o archive.arrow --segment 5s --annotations FOLDER/annotations
 *   ./earshot probe archive.arrow --label label --labels-separator ';'
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Annotation } from '../data/annotations/annotation.js'
import { writeAnnotationTable, writeAudacityLabels, writeRavenTables } from '../data/annotations/write-annotations.js'
import { findFfmpeg } from '../data/decoding/ffmpeg.js'
import { type ListedClip, readClips } from '../data/manifests.js'
import { streamOf } from '../graphs/streams/draws.js'
import { quantised } from '../pipelines/drawing/wav-file.js'
import { soundAt } from '../stages/audio/signal/sound.js'
import { inOne } from '../stages/audio/signal/whole-sound.js'
import type { Rng } from '../stages/values.js'

const RATE = 16_000
/** Mean seconds from one sound to the next. */
const APART = 12
/** Decibels of full scale of an ambience, and of a sound over it. */
const BED = [-50, -38] as const
const OVER = [3, 24] as const
/** One recording in so many is annotated. */
const ANNOTATED = 10
const SITES = ['forêt nord', 'étang sud', 'Mühle am Bach']
const KINDS = [
  { ending: 'WAV', rate: 48_000, codec: ['-c:a', 'pcm_s16le'] },
  { ending: 'flac', rate: 44_100, codec: ['-c:a', 'flac', '-sample_fmt', 's16'] },
  { ending: 'mp3', rate: 48_000, codec: ['-c:a', 'libmp3lame', '-b:a', '128k'] },
  { ending: 'flac', rate: 48_000, codec: ['-c:a', 'flac', '-sample_fmt', 's16'] },
]

const [folder, hours = '20', seed = '0', minutes = '15'] = process.argv.slice(2)
if (folder === undefined) throw new Error('Name the folder: node dist/bench/archive.js FOLDER [HOURS] [SEED] [MINUTES]')
const MINUTES = Number(minutes)
const root = resolve(folder)
const sets = await Promise.all(['events', 'beds'].map(name => readClips(`data/sets/pool16k-${name}.yaml`)))
const [events, beds] = sets.map(({ clips }) => clips) as [ListedClip[], ListedClip[]]

/** Ambiences come again and again; they are decoded once. */
const heard = new Map<string, Float32Array>()
const truth: Annotation[] = []
const annotated: Annotation[][] = [[], [], []]
const count = Math.max(1, Math.round((Number(hours) * 60) / MINUTES))
for (let at = 0; at < count; at++) {
  const rng = streamOf(`archive ${seed} ${at}`)
  const { ending, rate, codec } = KINDS[at % KINDS.length]!
  const site = SITES[at % SITES.length]!
  const began = new Date(Date.UTC(2024, 4, 1 + Math.floor(at / 24), at % 24, 30))
  const name = began.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_')
  const path = join(root, 'recordings', site, `${name}.${ending}`)
  const { sound, laid } = await scene(rng)
  await encode(path, sound, rate, codec)
  const own = laid.map(one => ({ ...one, path }))
  truth.push(...own)
  if (at % ANNOTATED === 0) annotated[(at / ANNOTATED) % 3]!.push(...own)
  process.stderr.write(`${at + 1} of ${count}: ${site}/${basename(path)}, ${own.length} sounds\n`)
}
writeAnnotationTable(join(root, 'truth.csv'), truth)
const notes = join(root, 'annotations')
const [raven, audacity, table] = annotated as [Annotation[], Annotation[], Annotation[]]
await writeRavenTables(notes, raven)
writeAudacityLabels(notes, audacity)
if (table.length > 0) writeAnnotationTable(join(notes, 'table.csv'), table)

/** A quarter of an hour of one ambience after the other, and sounds in it. */
async function scene(rng: Rng): Promise<{ sound: Float32Array; laid: Omit<Annotation, 'path'>[] }> {
  const sound = new Float32Array(60 * MINUTES * RATE)
  const level = 10 ** (rng.uniform(...BED) / 20)
  for (let from = 0; from < sound.length; ) {
    const bed = await bedOf(beds[rng.integer(0, beds.length)]!)
    const length = Math.min(sound.length - from, Math.round(rng.uniform(60, 240) * RATE))
    const gain = level / rootMeanSquare(bed)
    for (let i = 0; i < length; i++) sound[from + i] = gain * bed[i % bed.length]!
    from += length
  }
  const laid: Omit<Annotation, 'path'>[] = []
  for (let time = rng.uniform(0, APART); ; time += -APART * Math.log(1 - rng.uniform())) {
    const event = events[rng.integer(0, events.length)]!
    const samples = await samplesOf(event)
    const from = Math.round(time * RATE)
    if (from + samples.length > sound.length) break
    const over = rng.uniform(...OVER)
    const peak = samples.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-9)
    const gain = Math.min((level * 10 ** (over / 20)) / rootMeanSquare(samples), 0.7 / peak)
    for (let i = 0; i < samples.length; i++) sound[from + i]! += gain * samples[i]!
    const label = event.labels.kind ?? 'unknown'
    const end = Number((time + samples.length / RATE).toFixed(3))
    laid.push({
      start: Number(time.toFixed(3)),
      end,
      label,
      more: { sound: event.id, decibels: Number(over.toFixed(1)) },
    })
  }
  return { sound, laid }
}

/** Both channels alike but for their levels, as 16-bit integers; ffmpeg brings it to its rate. */
async function encode(path: string, sound: Float32Array, rate: number, codec: readonly string[]): Promise<void> {
  mkdirSync(dirname(path), { recursive: true })
  const given = ['-y', '-loglevel', 'error', '-f', 's16le', '-ar', `${RATE}`, '-ac', '1', '-i', 'pipe:0']
  const wanted = ['-af', 'pan=stereo|c0=c0|c1=0.8*c0', '-ar', `${rate}`, ...codec, path]
  const ffmpeg = spawn(findFfmpeg()!, [...given, ...wanted], { stdio: ['pipe', 'inherit', 'inherit'] })
  ffmpeg.stdin.end(Buffer.from(quantised(sound).buffer))
  await once(ffmpeg, 'close')
}

async function bedOf(clip: ListedClip): Promise<Float32Array> {
  const bed = heard.get(clip.path) ?? (await samplesOf(clip))
  heard.set(clip.path, bed)
  return bed
}

async function samplesOf({ path }: ListedClip): Promise<Float32Array> {
  return inOne(soundAt(RATE, { path }))
}

function rootMeanSquare(samples: Float32Array): number {
  let sum = 0
  for (const x of samples) sum += x * x
  return Math.sqrt(sum / Math.max(1, samples.length)) + 1e-6
}
