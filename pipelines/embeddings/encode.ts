/** Runs what an encoder hears of many clips through it, always in batches of one size, and gives it back clip by clip. */
import type { Hearing } from '../../graphs/inference/hearing.js'
import type { InferenceGraph } from '../../graphs/inference/inference-graph.js'
import type { ReadoutPlan } from '../../graphs/readout/plan.js'
import type { Encoding } from '../model/onnx-encoder.js'
import type { EncoderLayer } from './encoder-layer.js'

/** Patches a forward pass; fixed, because the last digits of an embedding depend on it. */
export const BATCH = 64
/** Batches under way: one is computed while the next is cut. */
const AHEAD = 2

export interface EncodeOptions {
  /** Seconds from one patch to the next. */
  hop: number
  /** What is asked of the encoder; its embedding if absent. */
  output?: EncoderOutput | undefined
  /** Frames at the end of each clip that no patch reaches, and how many of them every patch starts later. */
  spare?: number
  shift?: number
}

export interface EncoderOutput {
  /** Numbers a patch. */
  size: number
  /** @param count of the patches, which are followed by zeros */
  of(patches: Float32Array, count: number): Promise<Float32Array>
}

export interface EncodedPatch {
  /** Position of the clip. */
  clip: number
  /** Seconds from the clip's start to that of each of its patches, and to this one, which is the `number`th from 0. */
  starts: readonly number[]
  start: number
  number: number
  /** Of the clip. */
  last: boolean
  values: Float32Array
}

type Place = Omit<EncodedPatch, 'values'>

/** The encoder's embeddings, or what one of its layers gives without time and frequency. */
export function plainOutput(
  thread: Encoding,
  { encoder, dimensions }: InferenceGraph,
  layer?: EncoderLayer,
): EncoderOutput {
  const of: EncoderOutput['of'] = (patches, count) => thread.encode(encoder, patches, count, layer?.name)
  return { size: layer?.dimensions ?? dimensions, of }
}

/** What a readout takes of the layers. */
export function layersOutput(thread: Encoding, encoder: string, { size, layers }: ReadoutPlan): EncoderOutput {
  const read = layers.map(({ name, bands }) => ({ name, bands }))
  return { size, of: (patches, count) => thread.maps(encoder, patches, count, read) }
}

/** Embeds every patch of every clip, in order; clips by their positions in what was prepared. */
export async function* encodePatches(
  thread: Encoding,
  hearing: Hearing,
  clips: Iterable<number>,
  options: EncodeOptions,
): AsyncGenerator<EncodedPatch> {
  const { size, of } = options.output ?? plainOutput(thread, hearing.inference)
  const underWay: { places: Place[]; encoded: Promise<Float32Array> }[] = []
  for await (const { places, patches } of patchBatches(hearing, clips, options)) {
    underWay.push({ places, encoded: of(patches, places.length) })
    if (underWay.length > AHEAD) yield* embedded(underWay.shift()!, size)
  }
  for (const batch of underWay) yield* embedded(batch, size)
}

async function* embedded(batch: { places: Place[]; encoded: Promise<Float32Array> }, size: number) {
  const values = await batch.encoded
  for (const [row, place] of batch.places.entries())
    yield { ...place, values: values.subarray(row * size, (row + 1) * size) }
}

/** The last batch is filled up with zeros. */
async function* patchBatches(
  hearing: Hearing,
  clips: Iterable<number>,
  { hop, spare = 0, shift = 0 }: EncodeOptions,
): AsyncGenerator<{ places: Place[]; patches: Float32Array<ArrayBuffer> }> {
  const { size } = hearing
  const later = shift * hearing.grid.second
  let patches = new Float32Array(BATCH * size)
  let places: Place[] = []
  for (const clip of clips) {
    const { starts, piece } = await hearing.clip(clip, hop, spare)
    for (const [number, start] of starts.entries()) {
      patches.set(await piece(start + later), places.length * size)
      places.push({ clip, starts, start, number, last: number === starts.length - 1 })
      if (places.length < BATCH) continue
      yield { places, patches }
      patches = new Float32Array(BATCH * size)
      places = []
    }
  }
  if (places.length > 0) yield { places, patches }
}
