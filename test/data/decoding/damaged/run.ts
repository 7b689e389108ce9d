/**
 * Damaged and odd audio files, read by Earshot, ffmpeg and libsndfile; prints what became of them, and ends with 1 if
 * one was wrong in silence, crashed or hung.
 *
 * npm run test:damaged-audio -- [--files 500] [--seed 1] [--keep FOLDER] [--all]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findFfmpeg } from '../../../../data/decoding/ffmpeg.js'
import { floats } from '../../../stages/audio/sounds.js'
import { type Base, makeBases, SECONDS } from './bases.js'
import { DAMAGES } from './damages.js'
import { Draws } from './draws.js'
import { judge, type Verdict } from './judge.js'
import { type Ours, type Read, throughEarshot, throughFfmpeg, throughSoundfile } from './readers.js'

export interface Trial {
  base: string
  damage: string
  path: string
  verdict: Verdict
  ours: Ours
}

export interface Trials {
  trials: Trial[]
  libsndfile: boolean
}

const NAMES = [
  'plain',
  'with blank',
  'ünïcode-鳥',
  "quo'te",
  '100%d',
  '-dash',
  'new\nline',
  'semi;colon',
  'a.wav',
  'b.mp3',
  'c.flac',
]

export interface TrialOptions {
  files: number
  seed: number
  /** Names of those that are tried; all if absent. */
  damages?: readonly string[]
}

export interface ReadBase extends Base {
  truth: Read
  /** Words that name the decoder for ffmpeg, if it is not its own. */
  decoder: string[]
}

/** Whole files, with what ffmpeg reads in them, up to the length that was put in. */
export function readBases(folder: string): ReadBase[] {
  const ffmpeg = findFfmpeg()!
  return makeBases(ffmpeg, join(folder, 'whole')).flatMap(base => {
    const opus = base.checked && base.bytes.includes('OpusHead')
    const decoder = opus ? ['-c:a', 'libopus'] : []
    const read = throughFfmpeg(ffmpeg, base.path, decoder) // raw sound without a header is nothing that a reader reads
    if (!read || Math.abs(read.samples.length / read.rate - SECONDS) > 0.2) return []
    const truth = { ...read, samples: read.samples.subarray(0, Math.round(SECONDS * read.rate)) }
    return [{ ...base, truth, decoder }]
  })
}

/** @param folder for the files; it stays */
export async function damagedFiles(
  folder: string,
  bases: readonly ReadBase[],
  { files, seed, damages }: TrialOptions,
): Promise<Trials> {
  const ffmpeg = findFfmpeg()!
  const draws = new Draws(seed)
  mkdirSync(join(folder, 'damaged'), { recursive: true })
  const made = []
  for (let number = 0; made.length < files; number++) {
    const base = bases[number % bases.length]!
    const fitting = DAMAGES.filter(
      ({ name, apply }) => (damages?.includes(name) ?? true) && apply(base.bytes, new Draws(0)),
    )
    const damage = draws.one(fitting)
    const path = join(folder, 'damaged', `${number} ${draws.one(NAMES)}`)
    writeFileSync(path, damage.apply(base.bytes, draws)!)
    made.push({ base, damage: damage.name, path, out: join(folder, `${number}.f32`) })
  }
  const rates = throughSoundfile(made.map(({ path, out }) => [path, out]))
  const trials: Trial[] = []
  for (const [at, { base, damage, path, out }] of made.entries()) {
    const ours = await throughEarshot(path)
    const rate = rates?.[at]
    const soundfile: Read | undefined = rate === undefined ? undefined : { rate, samples: floats(out) }
    const evidence = {
      truth: base.truth,
      ffmpeg: throughFfmpeg(ffmpeg, path, base.decoder),
      soundfile,
      checked: base.checked,
      endless: base.endless,
    }
    trials.push({ base: base.name, damage, path, verdict: judge(ours, evidence), ours })
    rmSync(out, { force: true })
  }
  return { trials, libsndfile: rates !== undefined }
}

export const BAD: readonly Verdict[] = ['wrong in silence', 'crashed', 'hung']

/** What became of a file, in a line. */
export function inWords({ base, damage, path, verdict, ours }: Trial): string {
  const said =
    ours.kind === 'read'
      ? `${ours.samples.length} samples at ${ours.rate} Hz${ours.notes.map(note => `; ${note}`).join('')}`
      : 'reason' in ours
        ? ours.reason
        : ''
  return `${verdict}: ${base}, ${damage} (${JSON.stringify(path)}): ${said}`
}

async function main(): Promise<void> {
  const options = {
    files: { type: 'string' },
    seed: { type: 'string' },
    keep: { type: 'string' },
    all: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ options })
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'earshot-damaged-'))
  const bases = readBases(folder)
  const { trials, libsndfile } = await damagedFiles(folder, bases, {
    files: Number(values.files ?? 500),
    seed: Number(values.seed ?? 1),
  })
  const counts: Partial<Record<Verdict, number>> = {}
  for (const trial of trials) {
    counts[trial.verdict] = (counts[trial.verdict] ?? 0) + 1
    if (values.all || BAD.includes(trial.verdict)) process.stdout.write(`${inWords(trial)}\n`)
  }
  process.stdout.write(
    `${trials.length} files, damaged from ${bases.length} in ${new Set(trials.map(({ base }) => base.split(' ')[0])).size} containers; compared with ffmpeg${libsndfile ? ' and libsndfile' : ''}\n`,
  )
  for (const [verdict, count] of Object.entries(counts))
    process.stdout.write(`${String(count).padStart(5)} ${verdict}\n`)
  for (const verdict of BAD) if (!(verdict in counts)) process.stdout.write(`    0 ${verdict}\n`)
  if (!values.keep) rmSync(folder, { recursive: true, force: true })
  process.exitCode = BAD.some(verdict => verdict in counts) ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
