/**
 * How fast sound becomes embeddings: FLAC at 16 kHz, made of the installed samples, through the VGG of the shipped recipe,
 * a patch every 0.48 s, with an empty cache, read out as new runs are and as the encoder's own embedding (plain). Prints
 * how many times faster than real time it is, and the most memory that it held (Linux). From the root of the repository,
 * after `npm run build`:
 *
 *   node dist/bench/embed.js [MINUTES] [MINUTES A FILE] [--json FILE]      20 minutes in files of 1 minute if not said
 *   node dist/bench/embed.js 180 180                                       one file of three hours
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findFfmpeg } from '../data/decoding/ffmpeg.js'
import { soundAt } from '../stages/audio/signal/sound.js'
import { commandCost } from './command-cost.js'
import { rounded, tellRows } from './tell-rows.js'

const SAMPLES = 'node_modules/supersonic-scsynth-samples/samples'
const RATE = 16000
/** Megabytes that an embedding of any length may hold. */
const LIMIT = 1024

const { values: given, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
const [minutes = 20, each = 1] = positionals.map(Number)

/** Sound without end: all samples one after the other, again and again, as 16-bit integers. */
async function* pieces(): AsyncGenerator<Int16Array> {
  const paths = readdirSync(SAMPLES).filter(name => name.endsWith('.flac'))
  for (;;) {
    for (const name of paths) {
      for await (const block of soundAt(RATE, { path: join(process.cwd(), SAMPLES, name) })) {
        yield Int16Array.from(block, value => Math.max(-32768, Math.min(32767, Math.round(32767 * value))))
      }
    }
  }
}

async function writeFlac(file: string, sound: AsyncGenerator<Int16Array>): Promise<void> {
  const words = ['-loglevel', 'error', '-f', 's16le', '-ar', `${RATE}`, '-ac', '1', '-i', 'pipe:0', file]
  const ffmpeg = spawn(findFfmpeg()!, words, { stdio: ['pipe', 'inherit', 'inherit'] })
  for (let left = Math.round(each * 60 * RATE); left > 0; ) {
    const { value } = await sound.next()
    const piece = (value as Int16Array).subarray(0, left)
    left -= piece.length
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    if (!ffmpeg.stdin.write(bytes)) await once(ffmpeg.stdin, 'drain')
  }
  ffmpeg.stdin.end()
  await once(ffmpeg, 'close')
}

/** A run of one step on a few sounds: the encoder's size is that of the recipe, its weights do not matter here. */
function configIn(folder: string): string {
  const sounds = join(folder, 'training')
  mkdirSync(sounds)
  const names = readdirSync(SAMPLES).filter(name => /^drum.*flac$/.test(name))
  for (const name of names.slice(0, 16)) copyFileSync(join(SAMPLES, name), join(sounds, name))
  const config = join(folder, 'config.yaml')
  const lines = [
    `extends: ${join(process.cwd(), 'graphs/contrastive-16k.yaml')}`,
    'name: bench',
    `data: { set: ${JSON.stringify(sounds)} }`,
    'nodes: { batch: { size: 8 } }',
    'train: { steps: 1, calibration: 1, optimiser: { kind: sgd }, schedule: { kind: constant, learning-rate: 0.01 } }',
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  return config
}

const folder = mkdtempSync(join(tmpdir(), 'earshot-bench-'))
try {
  const sounds = join(folder, 'sounds')
  mkdirSync(sounds)
  const sound = pieces()
  const files = Math.max(1, Math.round(minutes / each))
  for (let file = 0; file < files; file++) await writeFlac(join(sounds, `${file}.flac`), sound)
  const run = join(folder, 'run')
  await commandCost(['train', configIn(folder), '--run', run], { cache: join(folder, 'training-cache') })
  const what = `${files * each} minutes in ${files} ${files === 1 ? 'file' : 'files'}`
  const rows = []
  for (const readout of ['default', 'plain', 'plain', 'default']) {
    const words = [
      'embed',
      run,
      sounds,
      '-o',
      join(folder, 'out.arrow'),
      '--level',
      'clip',
      '--readout',
      readout,
      '--hop',
      '0.48s',
    ]
    const { wall: seconds, out, peak } = await commandCost(words, { cache: join(folder, 'cache') })
    rmSync(join(folder, 'cache'), { recursive: true })
    console.log(out.split('\n').slice(0, 2).join('\n'))
    const times = (files * each * 60) / seconds
    const figures = { 'times real time': rounded(times), 'most memory, MB': rounded(peak) }
    rows.push({ what, readout, seconds: rounded(seconds), ...figures })
    if (peak > LIMIT) process.exitCode = 1
  }
  tellRows(rows, given.json, `with start-up and an empty cache, one behind the other`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
