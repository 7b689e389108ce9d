/** Runs patches of many clips through an encoder, always in batches of one size, and gives them back clip by clip. */
import type { LogMel } from '../../stages/values.js'
import type { EncoderThread } from '../model/trainer-thread.js'
import type { EncodingPath } from './encoding-path.js'
import { cutPatch, patchStarts } from './framing.js'

/** Patches a forward pass; fixed, because the last digits of an embedding depend on it. */
const BATCH = 64
/** Batches under way: one is computed while the next is cut. */
const AHEAD = 2

/** A clip to be encoded; `open` is called when its turn comes, and what it opened is closed afterwards. */
export interface Source<Key> {
  key: Key
  open(): LogMel & { close(): void }
}

export interface PatchEmbedding<Key> {
  key: Key
  /** First frame of the patch. */
  start: number
  last: boolean
  embedding: Float32Array
}

interface Place<Key> {
  key: Key
  start: number
  last: boolean
}

/**
 * Embeds every patch of every clip, in order.
 *
 * @param hop frames from one patch to the next
 */
export async function* encodePatches<Key>(
  thread: EncoderThread,
  path: EncodingPath,
  clips: Iterable<Source<Key>>,
  hop: number,
): AsyncGenerator<PatchEmbedding<Key>> {
  const underWay: { places: Place<Key>[]; embeddings: Promise<Float32Array> }[] = []
  for (const { places, patches } of patchBatches(path, clips, hop)) {
    underWay.push({ places, embeddings: thread.encode(path.encoder, patches, places.length, path.layer) })
    if (underWay.length > AHEAD) yield* embedded(underWay.shift()!, path.dimensions)
  }
  for (const batch of underWay) yield* embedded(batch, path.dimensions)
}

async function* embedded<Key>(batch: { places: Place<Key>[]; embeddings: Promise<Float32Array> }, size: number) {
  const embeddings = await batch.embeddings
  for (const [index, place] of batch.places.entries()) {
    yield { ...place, embedding: embeddings.slice(index * size, (index + 1) * size) }
  }
}

/** The last batch is filled up with zeros. */
function* patchBatches<Key>(path: EncodingPath, clips: Iterable<Source<Key>>, hop: number) {
  const { frames, bands } = path.patch
  const size = frames * bands
  let patches = new Float32Array(BATCH * size)
  let places: Place<Key>[] = []
  for (const { key, open } of clips) {
    const mel = open()
    const starts = patchStarts(mel.frames, { frames, hop })
    for (const [index, start] of starts.entries()) {
      patches.set(path.finish(cutPatch(mel, start, frames)), places.length * size)
      places.push({ key, start, last: index === starts.length - 1 })
      if (places.length < BATCH) continue
      yield { places, patches }
      patches = new Float32Array(BATCH * size)
      places = []
    }
    mel.close()
  }
  if (places.length > 0) yield { places, patches }
}
