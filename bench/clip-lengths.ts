/**
 * A run's encoder on sounds of 0.2, 1, 10, 60 and 600 seconds: how far the exports to ONNX (with a Python that has
 * onnxruntime: EARSHOT_PYTHON, or python3) and TensorFlow.js are from `embed`, relative to the size of an embedding; and the
 * cosine between each sound and itself looped, or with as much silence behind it. From the root of the repository, after
 * `npm run build`:
 *
 *   node dist/bench/clip-lengths.js RUN [--readout NAME|MAP] [--longest SECONDS] [--json FILE]
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { openEmbeddings } from '../data/arrow/arrow-reader.js'
import { startEngine } from '../engine/tensorflow.js'
import { floatWav } from '../pipelines/drawing/wav-file.js'
import { writeExport } from '../pipelines/exchange/export/write-export.js'
import { soundAt } from '../stages/audio/signal/sound.js'
import { tellRows } from './tell-rows.js'

const SAMPLES = 'node_modules/supersonic-scsynth-samples/samples'
const EARSHOT = fileURLToPath(new URL('../pipelines/commands/earshot.js', import.meta.url))

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { readout: { type: 'string' }, longest: { type: 'string', default: '600' }, json: { type: 'string' } },
})
const [run] = positionals
if (run === undefined) throw new Error('Name a run: node dist/bench/clip-lengths.js RUN')
const seconds = [0.2, 1, 10, 60, 600].filter(one => one <= Number(given.longest))
const folder = mkdtempSync(join(tmpdir(), 'earshot-bench-'))
try {
  const exported = join(folder, 'exported')
  await writeExport({ run, output: exported, formats: ['onnx', 'tfjs'], readout: given.readout })
  const { card, embed } = await browser(exported)
  const whole = await recording(card.rate, seconds.at(-1)!)
  const rows = await embeddings(variants(whole, card.rate))
  const told: Record<string, string | number>[] = []
  for (const length of seconds) {
    const sound = whole.subarray(0, Math.round(length * card.rate))
    const own = rows.get(`${length}`)!
    const off = (one: Float32Array | undefined) => (one ? distance(one, own).toExponential(1) : 'not tried')
    const near = (name: string) => cosine(own, rows.get(`${length} ${name}`)!).toFixed(3)
    const exports = { 'TensorFlow.js': off(await embed(sound)), ONNX: off(onnx(exported, sound)) }
    told.push({
      seconds: length,
      ...exports,
      'cosine to itself looped': near('looped'),
      'silence behind': near('padded'),
    })
  }
  tellRows(told, given.json, 'distance to what `embed` gives, over its length; cosines of what `embed` gives')
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** All samples one after the other. */
async function recording(rate: number, length: number): Promise<Float32Array> {
  const whole = new Float32Array(Math.round(length * rate))
  let at = 0
  const names = readdirSync(SAMPLES).filter(name => name.endsWith('.flac'))
  for (let turn = 0; at < whole.length; turn++)
    for await (const block of soundAt(rate, { path: join(process.cwd(), SAMPLES, names[turn % names.length]!) })) {
      const some = block.subarray(0, whole.length - at)
      whole.set(some, at)
      at += some.length
    }
  return whole
}

/** Writes each length as it is, twice, and with silence behind. @returns the folder */
function variants(whole: Float32Array, rate: number): string {
  const sounds = join(folder, 'sounds')
  mkdirSync(sounds)
  for (const length of seconds) {
    const sound = whole.slice(0, Math.round(length * rate))
    const both = (behind: Float32Array) => floatWav(joined(sound, behind), rate)
    writeFileSync(join(sounds, `${length}.wav`), floatWav(sound, rate))
    writeFileSync(join(sounds, `${length} looped.wav`), both(sound))
    writeFileSync(join(sounds, `${length} padded.wav`), both(new Float32Array(sound.length)))
  }
  return sounds
}

function joined(one: Float32Array, other: Float32Array): Float32Array {
  const both = new Float32Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}

/** By `embed`, by file name. */
async function embeddings(sounds: string): Promise<Map<string, Float32Array>> {
  const file = join(folder, 'sounds.arrow')
  const words = [
    'embed',
    run!,
    sounds,
    '-o',
    file,
    '--no-baselines',
    ...(given.readout ? ['--readout', given.readout] : []),
  ]
  const { status } = spawnSync(process.execPath, [EARSHOT, ...words], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`embed ended with ${status}`)
  const read = await openEmbeddings(file)
  const { embedding, clips, dimensions } = { ...read, ...(await read.read()) }
  read.close()
  const name = (clip: string) =>
    clip
      .split('/')
      .at(-1)!
      .replace(/\.wav$/, '')
  return new Map(clips.map((clip, at) => [name(clip), embedding.slice(at * dimensions, (at + 1) * dimensions)]))
}

async function browser(exported: string) {
  const { tf } = await startEngine({ threads: 2 })
  const at = join(exported, 'tfjs')
  const card = JSON.parse(readFileSync(join(at, 'encoder.json'), 'utf8'))
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(at, 'model.json'), 'utf8'))
  const weightData = Uint8Array.from(readFileSync(join(at, 'weights.bin'))).buffer
  const load = async () => ({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData })
  const model = await tf.loadGraphModel({ load })
  const { embed } = await import(pathToFileURL(join(at, 'embed.mjs')).href)
  return { card, embed: (sound: Float32Array): Promise<Float32Array> => embed(tf, model, card, sound) }
}

/** Undefined where there is no onnxruntime. */
function onnx(exported: string, sound: Float32Array): Float32Array | undefined {
  const [input, output] = [join(folder, 'sound.f32'), join(folder, 'embedding.f32')]
  writeFileSync(input, sound)
  const program = `import sys, numpy as np
sys.path.insert(0, sys.argv[1])
import earshot_encoder as encoder
model = encoder.load_model()
encoder.get_scene_embeddings(np.fromfile(sys.argv[2], np.float32)[None], model)[0].tofile(sys.argv[3])`
  const words = ['-c', program, join(exported, 'onnx'), input, output]
  const { status, stderr } = spawnSync(process.env.EARSHOT_PYTHON ?? 'python3', words, { encoding: 'utf8' })
  if (status === 0) return new Float32Array(Uint8Array.from(readFileSync(output)).buffer)
  process.stderr.write(stderr)
  return undefined
}

function cosine(one: Float32Array, other: Float32Array): number {
  const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0)
  return product(one, other) / Math.sqrt(product(one, one) * product(other, other))
}

function distance(one: Float32Array, other: Float32Array): number {
  const length = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  return length(one.map((value, at) => value - other[at]!)) / length(other)
}
