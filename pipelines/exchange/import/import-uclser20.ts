/** Makes a run folder of a published encoder: it embeds, probes and is trained on from like any other. */

import { hash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { featureFolder } from '../../../data/cache-folder.js'
import { readClips } from '../../../data/manifests.js'
import { Problem } from '../../../data/problem.js'
import { tensorsFile, UNTRAINED } from '../../../engine/checkpoints/files.js'
import { sha256Of } from '../../../engine/checkpoints/find.js'
import { readTensors, writeTensors } from '../../../engine/checkpoints/tensors.js'
import { decodeSafetensors } from '../../../engine/safetensors.js'
import { Hearing } from '../../../graphs/inference/hearing.js'
import { type InferenceGraph, inferenceGraph } from '../../../graphs/inference/inference-graph.js'
import type { Input } from '../../../graphs/language/checked.js'
import type { Prepared } from '../../../graphs/streams/prepare.js'
import type { PatchPort } from '../../../stages/ports.js'
import { joined } from '../../../stages/sample-arrays.js'
import type { Patch, Statistics } from '../../../stages/values.js'
import { type Config, readConfig } from '../../configuration/config.js'
import { runYaml } from '../../configuration/run-yaml.js'
import { readUsable } from '../../embeddings/read-sounds.js'
import { hashGraph, writeCheckpoint } from '../../model/checkpoint.js'
import { startEncoder } from '../../model/trainer-thread.js'
import { versions } from '../../setup/versions.js'
import { RunFolder } from '../../training/run-folder.js'
import { type InputScale, inputScale, Neighbourhoods } from './input-scale.js'
import { type PublishedEncoder, publishedEncoder } from './uclser20-weights.js'

const CONFIG = fileURLToPath(new URL('../../../../configs/uclser20.yaml', import.meta.url))
/** Sounds that come with Earshot. */
const SOUNDS = fileURLToPath(new URL('../../../../data/sets/quickstart.yaml', import.meta.url))

/** Patches by which the inputs are scaled, and pairs of patches a batch that calibrate the untrained encoder. */
const PATCHES = 600
const PAIRS = 16

export interface ImportOptions {
  /** Safetensors file of the published weights. */
  file: string
  /** Run folder to write; runs/uclser20-vgg-like or -crnn if absent. */
  run?: string | undefined
  /** Recordings by which the inputs are scaled; those of the quickstart if absent. */
  sounds?: string | undefined
  /** The cache folder. */
  cache: string
  signal: AbortSignal
}

export interface Imported {
  run: string
  encoder: PublishedEncoder
  scale: InputScale
  patches: number
}

/**
 * @throws Problem if the file is not one of the published encoders, if the run folder holds anything, or if no recording
 *   can be read; the signal's reason once it is aborted
 */
export async function importUclser20(options: ImportOptions): Promise<Imported> {
  const { file, sounds = SOUNDS } = options
  const bytes = read(file)
  const encoder = publishedEncoder(decodeSafetensors(bytes, file).tensors, file)
  const config = await configFor(encoder)
  const run = RunFolder.create(options.run ?? join('runs', `uclser20-${encoder.stage}`))
  try {
    const inference = inferenceGraph(config.graph, config.stages)
    const prepared = await prepare(inference, sounds, options)
    const [cut] = inference.cuts
    const mel = cut!.node
    const statistics = prepared.statistics[mel]!
    const heardAs = (input: Input, statistics: Prepared['statistics']) =>
      somePatches(new Hearing({ ...inference, input }, config.stages, prepared, statistics), prepared.clips.length)
    const patches = await heardAs(cut!, {})
    const scale = scaleOf(encoder, patches, inference.port as PatchPort, statistics)
    const scaled = { ...prepared.statistics, [mel]: { ...statistics, deviation: statistics.deviation / scale.scale } }
    options.signal.throwIfAborted()
    run.write('run.yaml', runYaml(config.document))
    const note = noteOf(scale, sounds, patches.length)
    const tensors = await writeWeights(config, run, encoder, await heardAs(inference.input, scaled))
    const step = encoder.batches === undefined ? 0 : Math.round(encoder.batches / 2)
    writeCheckpoint(run.checkpoints, {
      ...{ step, graph: config.graph, graphHash: hashGraph(config.graph) },
      ...{ train: config.train, statistics: scaled, cursor: { epoch: 0, position: 0 }, lengths: {} },
      ...{ sha256: tensors(step), untrained: sha256Of(join(run.checkpoints, UNTRAINED)), versions: versions(), note },
      readout: config.readout,
    })
    const sha256 = hash('sha256', bytes)
    run.status('finished', { imported: { from: basename(file), sha256, note } })
    return { run: run.path, encoder, scale, patches: patches.length }
  } catch (error) {
    rmSync(run.path, { recursive: true })
    throw error
  }
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new Problem('no-weights', `${file} cannot be read: ${(cause as Error).message}`, {
      hint: 'Name a safetensors file with the weights of the published VGG-like or CRNN encoder.',
      cause,
    })
  }
}

function configFor({ stage, parameters }: PublishedEncoder): Promise<Config> {
  return readConfig(CONFIG, [{ swap: `encoder=${stage}${JSON.stringify(parameters)}` }])
}

async function prepare({ graph }: InferenceGraph, sounds: string, { cache, signal }: ImportOptions): Promise<Prepared> {
  const { clips } = await readClips(sounds)
  return readUsable({ graph, clips, cacheFolder: featureFolder(cache), signal })
}

/** Patches spread evenly over the clips, in their order; side by side in a clip. */
async function somePatches(hearing: Hearing, clips: number): Promise<Patch[]> {
  const each = Math.max(1, Math.ceil(PATCHES / clips))
  const every = Math.max(1, clips / PATCHES)
  const chosen = [...Array(clips).keys()].filter(clip => Math.floor(clip / every) !== Math.floor((clip - 1) / every))
  const { length, second } = hearing.grid
  const patches: Patch[] = []
  for (const clip of chosen) {
    const { starts, piece } = await hearing.clip(clip, length * second)
    const spread = starts.filter((_, index) => index % Math.ceil(starts.length / each) === 0)
    for (const start of spread) patches.push(await piece(start))
  }
  return patches
}

function scaleOf(
  { weights, first }: PublishedEncoder,
  patches: readonly Patch[],
  { bands }: PatchPort,
  { mean, deviation }: Statistics,
): InputScale {
  const filter = weights.get(`${first}.filter`)!
  const seen = new Neighbourhoods(filter.shape[0]!)
  for (const each of patches)
    seen.add(
      each.map(value => (value - mean) / deviation),
      bands,
    )
  return inputScale(filter.data, weights.get(`${first}.variance`)!.data, seen)
}

/** Said wherever embeddings made with these weights are shown. */
function noteOf({ scale, quartiles }: InputScale, sounds: string, patches: number): string {
  const figures = `${scale.toPrecision(3)} (half of its channels between ${quartiles.map(end => end.toPrecision(3)).join(' and ')})`
  return (
    'Published weights of uclser20. Their normalisation was not published: mean and deviation are those of ' +
    `${basename(sounds)}, and the inputs are scaled by ${figures}, so that over ${patches} patches of it the first ` +
    'batch norm meets the variance that it met in training. The published code divides by a deviation that is too ' +
    'small by the square root of the number of values, hence the size.'
  )
}

/**
 * The untrained encoder as the baseline of probes, then the published weights with an untrained head.
 *
 * @returns writes the weights as those of a step, and gives the sha256 of the file
 */
async function writeWeights(
  { graph, train: { seed, threads, precision } }: Config,
  run: RunFolder,
  encoder: PublishedEncoder,
  patches: readonly Patch[],
): Promise<(step: number) => string> {
  const initial = join(run.checkpoints, 'initial.safetensors')
  const node = encoderNode(graph)
  const thread = await startEncoder({ graph, seed, threads, precision })
  try {
    await thread.save(initial)
    for (const batch of pairs(patches)) await thread.calibrate({ [node.batch]: batch })
    await thread.save(join(run.checkpoints, UNTRAINED))
  } finally {
    await thread.close()
  }
  const { weights } = readTensors(initial)
  rmSync(initial)
  for (const [name, tensor] of encoder.weights) weights.set(`${node.id}.${name}`, tensor)
  return step => writeTensors(tensorsFile(run.checkpoints, step), weights)
}

function encoderNode({ nodes }: Config['graph']): { id: string; batch: string } {
  const { id, inputs } = nodes.find(({ id }) => id === 'encoder')!
  return { id, batch: inputs.from!.node }
}

/** Batches of two views of PAIRS patches each; what does not fill one is left over. */
function* pairs(patches: readonly Patch[]) {
  for (let at = 0; at + 2 * PAIRS <= patches.length; at += 2 * PAIRS)
    yield { a: joined(patches.slice(at, at + PAIRS)), b: joined(patches.slice(at + PAIRS, at + 2 * PAIRS)) }
}
