/** Runs what an encoder hears of many clips through it, always in batches of one size, and gives it back clip by clip. */
import type { Hearing } from '../../graphs/inference/hearing.js'
import type { EncoderThread } from '../model/trainer-thread.js'

/** Patches a forward pass; fixed, because the last digits of an embedding depend on it. */
const BATCH = 64
/** Batches under way: one is computed while the next is cut. */
const AHEAD = 2

export interface EncodeOptions {
  /** Seconds from one patch to the next. */
  hop: number
  /** In place of the embedding, one of the encoder's layers. */
  layer?: EncoderLayer | undefined
  /** Frames at the end of each clip that no patch reaches, and how many of them every patch starts later. */
  spare?: number
  shift?: number
}

export interface EncoderLayer {
  name: string
  /** Numbers of it a patch. */
  dimensions: number
}

export interface PatchEmbedding {
  /** Position of the clip. */
  clip: number
  /** Seconds from the clip's start to the patch's. */
  start: number
  /** Of the clip. */
  last: boolean
  embedding: Float32Array
}

type Place = Omit<PatchEmbedding, 'embedding'>

/** Embeds every patch of every clip, in order; clips by their positions in what was prepared. */
export async function* encodePatches(
  thread: EncoderThread,
  hearing: Hearing,
  clips: Iterable<number>,
  options: EncodeOptions,
): AsyncGenerator<PatchEmbedding> {
  const { encoder, dimensions } = hearing.inference
  const { layer } = options
  const size = layer?.dimensions ?? dimensions
  const underWay: { places: Place[]; embeddings: Promise<Float32Array> }[] = []
  for await (const { places, patches } of patchBatches(hearing, clips, options)) {
    underWay.push({ places, embeddings: thread.encode(encoder, patches, places.length, layer?.name) })
    if (underWay.length > AHEAD) yield* embedded(underWay.shift()!, size)
  }
  for (const batch of underWay) yield* embedded(batch, size)
}

async function* embedded(batch: { places: Place[]; embeddings: Promise<Float32Array> }, size: number) {
  const embeddings = await batch.embeddings
  for (const [index, place] of batch.places.entries()) {
    yield { ...place, embedding: embeddings.slice(index * size, (index + 1) * size) }
  }
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
    for (const [index, start] of starts.entries()) {
      patches.set(await piece(start + later), places.length * size)
      places.push({ clip, start, last: index === starts.length - 1 })
      if (places.length < BATCH) continue
      yield { places, patches }
      patches = new Float32Array(BATCH * size)
      places = []
    }
  }
  if (places.length > 0) yield { places, patches }
}
