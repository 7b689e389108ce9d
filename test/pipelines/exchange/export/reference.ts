/** What Earshot itself makes of a sound, and how near it another embedding is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '../../../../engine/engine.js'
import { pieceStarts } from '../../../../graphs/inference/hearing.js'
import { inferenceGraph } from '../../../../graphs/inference/inference-graph.js'
import { ClipReadout } from '../../../../graphs/readout/clip-readout.js'
import { planReadout } from '../../../../graphs/readout/plan.js'
import type { Readout } from '../../../../graphs/readout/settings.js'
import { soundingFrames } from '../../../../graphs/readout/sounding.js'
import { streamOf } from '../../../../graphs/streams/draws.js'
import { logMelOptions, logMelParameters } from '../../../../stages/audio/log-mel.js'
import { Level } from '../../../../stages/audio/signal/level.js'
import { logMelOf } from '../../../../stages/audio/spectra/log-mel-spectrogram.js'
import type { PatchPort } from '../../../../stages/ports.js'
import { loadStages } from '../../../../stages/registry.js'
import { normalised } from '../../../../stages/views/normalise.js'
import { type RandomRun, STATISTICS } from './random-run.js'

/** A falling tone with noise and a silent piece, off centre and not levelled: 1.63 s at 16 kHz. */
export function sound(samples = 26_080): Float32Array {
  const rng = streamOf('sound')
  return Float32Array.from({ length: samples }, (_, at) => {
    const seconds = at / 16000
    const tone = 0.3 * Math.sin(2 * Math.PI * (1200 * seconds - 300 * seconds ** 2))
    return at > 9000 && at < 13000 ? 0.01 : 0.01 + tone + 0.02 * rng.normal()
  })
}

/** Patches 0.48 s apart, by the stages that training uses. */
async function patchesOf(
  { graph, length, bands }: Pick<RandomRun, 'graph'> & { length: number; bands: number },
  sound: Float32Array,
) {
  const level = new Level()
  level.add(sound)
  const parameters = graph.nodes.find(({ id }) => id === 'mel')!.parameters
  const mel = (await logMelOf(logMelOptions(16000, logMelParameters.parse(parameters))))(level.apply(sound))
  const starts = pieceStarts(mel.length / bands, { length, hop: 48 })
  const patches = starts.map(start => normalised(mel.slice(start * bands, (start + length) * bands), STATISTICS))
  return { mel, starts, patches }
}

/** Their embeddings, by the model that training uses. */
export async function embeddingsOf(engine: Engine, { graph, model }: RandomRun, sound: Float32Array) {
  const { encoder, port } = inferenceGraph(graph, await loadStages())
  const { bands, frames: length } = port as PatchPort
  const { patches } = await patchesOf({ graph, length, bands }, sound)
  return patches.map(patch => {
    const embedding = model.encode(encoder, engine.tf.tensor3d(patch, [1, length, bands]))
    return Float32Array.from(embedding.dataSync())
  })
}

/** The same sound read out, by what the model's layers make of those patches. */
export async function readOutOf(engine: Engine, { graph, model }: RandomRun, sound: Float32Array, readout: Readout) {
  const { encoder, port } = inferenceGraph(graph, await loadStages())
  const { frames: length, bands } = port as PatchPort
  const { patches, starts, mel } = await patchesOf({ graph, length, bands }, sound)
  const layersOf = (patch: Float32Array) => model.layers(encoder, engine.tf.tensor3d(patch, [1, length, bands]))
  const shapes = Object.entries(layersOf(patches[0]!)).map(([name, { shape }]) => [name, shape.slice(1)])
  const plan = planReadout(encoder, readout, Object.fromEntries(shapes))
  const frames = Math.round(sound.length / 160)
  const spectrogram = {
    frames,
    bands,
    read: (from: number, count: number) => mel.slice(from * bands, (from + count) * bands),
  }
  const heard = soundingFrames(spectrogram, Math.min(frames, starts.at(-1)! + length))
  const reading = new ClipReadout(plan, { starts, length, sound: heard })
  for (const [number, patch] of patches.entries()) {
    const found = layersOf(patch)
    const flat = plan.layers.flatMap(({ name, frames, bands, channels }) => [
      ...found[name]!.reshape([frames, bands, -1, channels]).mean(2).dataSync<'float32'>(),
    ])
    reading.add(number, Float32Array.from(flat))
  }
  return reading.take()
}

export function meanOf(embeddings: readonly Float32Array[]): Float32Array {
  return embeddings[0]!.map((_, at) => embeddings.reduce((sum, one) => sum + one[at]!, 0) / embeddings.length)
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Array.from(x).reduce((sum, value, at) => sum + value * y[at]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

/** Length of the difference over the length of what was expected. */
export function distance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  return Math.hypot(...Array.from(found, (value, at) => value - expected[at]!)) / Math.hypot(...Array.from(expected))
}

/** Loads a TensorFlow.js graph model from a folder. */
export function graphModel({ tf }: Engine, folder: string) {
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'))
  const weightData = Uint8Array.from(readFileSync(join(folder, 'weights.bin'))).buffer
  const load = async () => ({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData })
  return tf.loadGraphModel({ load })
}
