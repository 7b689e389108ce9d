/**
 * Whether `data check` finds the same sound under two names, and nothing else: copies of some clips of a folder are
 * planted beside it (half of the clip and at least a second, Opus, MP3, another level, and all of these together), the
 * whole is checked, and every pair that is reported is judged by another program, bench/duplicates.py, from the
 * waveforms alone. Prints what was found and what is confirmed, seconds and memory. From the root of the repository, after `npm run build`:
 *
 *   node dist/bench/duplicates.js SOUNDS [COPIES]      160 copies if not said
 *
 * Python with numpy, scipy and soundfile: EARSHOT_PYTHON, or python3. Exit code 1 if a planted copy is missed or a pair
 * is not confirmed.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFfmpeg } from '../data/decoding/ffmpeg.js'
import { readClips } from '../data/manifests.js'
import { streamOf } from '../graphs/streams/draws.js'
import { checkSets } from '../pipelines/datasets/check-sets.js'
import type { CopyOf } from '../pipelines/datasets/copies.js'
import { soundAt } from '../stages/audio/signal/sound.js'
import { inOne } from '../stages/audio/signal/whole-sound.js'

/** Seconds that the check may take. */
const LIMIT = 120
const RATE = 8000
const OPUS = ['24k', '32k', '64k', '96k']
const MP3 = ['48k', '64k', '96k', '128k']
/** A part holds half of the clip, at least so many seconds, and a tenth of its energy. */
const LEAST = 1
const ENERGY = 0.1

type Rng = ReturnType<typeof streamOf>

const energy = (samples: Float32Array) => samples.reduce((sum, value) => sum + value * value, 0)

/** Words of ffmpeg for half of a clip, from a place where it sounds; none for a clip that is too short. */
async function half(path: string, rng: Rng): Promise<string[]> {
  const samples = await inOne(soundAt(RATE, { path }))
  const length = Math.max(Math.ceil(samples.length / 2), Math.ceil(LEAST * RATE))
  if (length >= samples.length) return []
  let start = rng.integer(0, samples.length - length + 1)
  while (start > 0 && energy(samples.subarray(start, start + length)) < ENERGY * energy(samples))
    start = Math.floor(start / 2)
  return ['-ss', `${start / RATE}`, '-t', `${length / RATE}`]
}

const level = (rng: Rng) => ['-af', `volume=${rng.uniform(-18, 6).toFixed(1)}dB`]
const one = (list: readonly string[], rng: Rng) => list[rng.integer(0, list.length)]!
const opus = (rng: Rng) => ['-c:a', 'libopus', '-b:a', one(OPUS, rng)]
const mp3 = (rng: Rng) => ['-b:a', one(MP3, rng)]

const KINDS: { name: string; ending: string; words(path: string, rng: Rng): Promise<string[]> | string[] }[] = [
  { name: 'part', ending: 'wav', words: half },
  { name: 'Opus', ending: 'opus', words: (_, rng) => opus(rng) },
  { name: 'MP3', ending: 'mp3', words: (_, rng) => mp3(rng) },
  { name: 'level', ending: 'wav', words: (_, rng) => level(rng) },
  {
    name: 'part, level, Opus',
    ending: 'opus',
    words: async (path, rng) => [...(await half(path, rng)), ...level(rng), ...opus(rng)],
  },
  {
    name: 'part, level, MP3',
    ending: 'mp3',
    words: async (path, rng) => [...(await half(path, rng)), ...level(rng), ...mp3(rng)],
  },
]

/** @returns kind of each planted copy, by `copy = original` */
async function plant(sounds: string, folder: string, count: number): Promise<Map<string, string>> {
  const { clips } = await readClips(sounds)
  const planted = new Map<string, string>()
  for (let copy = 0; copy < count; copy++) {
    const { id, path } = clips[Math.floor(((copy + 0.5) * clips.length) / count)]!
    const { name, ending, words } = KINDS[copy % KINDS.length]!
    const file = `copy-${copy}.${ending}`
    const rng = streamOf(`planted ${id} ${name}`)
    const said = await words(path, rng)
    execFileSync(findFfmpeg()!, ['-nostdin', '-v', 'error', '-i', path, ...said, join(folder, file)])
    planted.set(pairOf(file, id), name)
  }
  return planted
}

const pairOf = (one: string, other: string) => [one, other].sort().join(' = ')

interface Judged {
  copy: CopyOf
  same: boolean
  said: string
}

/** What the other program says of each pair. */
function judge(copies: readonly CopyOf[], folder: string): Judged[] {
  const file = join(folder, 'pairs.json')
  writeFileSync(file, JSON.stringify(copies.map(({ a, b }) => [a.path, b.path])))
  const python = process.env.EARSHOT_PYTHON ?? 'python3'
  const { status, stdout } = spawnSync(python, [join('bench', 'duplicates.py'), file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  })
  if (status !== 0) throw new Error(`'${python}' cannot run bench/duplicates.py; set EARSHOT_PYTHON.`)
  const answers = JSON.parse(stdout) as { same: boolean; said: string }[]
  return copies.map((copy, i) => ({ copy, ...answers[i]! }))
}

const confirmed = (judged: readonly Judged[]) => judged.filter(({ same }) => same).length

const sounds = process.argv[2]
if (!sounds) throw new Error('Name a folder of sounds: node dist/bench/duplicates.js SOUNDS')
const folder = mkdtempSync(join(tmpdir(), 'earshot-bench-'))
try {
  const copies = join(folder, 'copies')
  mkdirSync(copies)
  const planted = await plant(sounds, copies, Number(process.argv[3] ?? 160))
  const began = performance.now()
  const before = process.cpuUsage()
  const report = await checkSets({ sets: [sounds, copies], against: [] })
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(before)
  const memory = process.resourceUsage().maxRSS / 1024
  const clips = report.sets.reduce((sum, set) => sum + set.clips, 0)
  const processor = ((user + system) / 1e6).toFixed(1)
  console.log(
    `${clips} clips: ${seconds.toFixed(1)} s (limit ${LIMIT}), ${processor} s of a core, ${memory.toFixed(0)} MB`,
  )
  const named = ({ a, b }: CopyOf) => pairOf(a.clip, b.clip)
  const found = new Set(report.copies.map(named))
  const missed = [...planted].filter(([pair]) => !found.has(pair))
  console.log(`planted copies found: ${planted.size - missed.length} of ${planted.size}`)
  for (const [pair, kind] of missed) console.log(`  missed: ${pair} (${kind})`)
  const judged = judge(report.copies, folder)
  const [known, others] = [true, false].map(was => judged.filter(({ copy }) => planted.has(named(copy)) === was))
  console.log(`of these the waveform check confirms: ${confirmed(known!)}`)
  console.log(`other pairs reported: ${others!.length}, of these confirmed: ${confirmed(others!)}`)
  for (const { copy, said } of judged.filter(({ same }) => !same))
    console.log(`  not confirmed: ${named(copy)}: ${said}`)
  const alike = judge(report.alike, folder)
  console.log(`listed apart, as alike: ${alike.length}, of these confirmed: ${confirmed(alike)}`)
  if (missed.length > 0 || confirmed(others!) < others!.length || seconds > LIMIT) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
