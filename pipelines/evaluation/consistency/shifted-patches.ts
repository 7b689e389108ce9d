/** Every patch of every clip, unshifted and shifted, through the encoder and, if there is one, the classifier. */

import type { LogMel } from '../../../stages/values.js'
import { encodePatches, type PatchEmbedding } from '../../embeddings/encode.js'
import type { EncodingPath } from '../../embeddings/encoding-path.js'
import type { EncoderThread } from '../../model/trainer-thread.js'
import { AXES, type Axis, SHIFTS, shifted } from './shifts.js'

export interface Heard {
  embedding: Float32Array
  /** One a class; absent without a classifier. */
  logits?: Float32Array
}

export interface ShiftedPatch {
  /** Place of the clip in the list. */
  clip: number
  /** Whether it is the clip's last patch. */
  last: boolean
  /** By axis, in the order of `SHIFTS`. */
  heard: Record<Axis, Heard[]>
}

/** A head on the encoder. */
export interface Head {
  node: string
  /** Numbers that it gives. */
  size: number
}

type Opened = LogMel & { close(): void }

/**
 * In the order of the clips; all shifts go through the thread side by side, so that memory does not grow with the clips.
 *
 * @param clips places of the clips to hear
 * @param open spectrogram of a clip, the usual one (time) or the wider one (frequency)
 * @param hop frames from one patch to the next
 */
export async function* shiftedPatches(
  thread: EncoderThread,
  path: EncodingPath,
  head: Head | undefined,
  clips: readonly number[],
  open: (clip: number, axis: Axis) => Opened,
  hop: number,
): AsyncGenerator<ShiftedPatch> {
  const streams = AXES.flatMap(axis =>
    SHIFTS.map(shift => heard(thread, path, head, encodePatches(thread, path, sources(clips, open, axis, shift), hop))),
  )
  while (true) {
    const next = await Promise.all(streams.map(stream => stream.next()))
    if (next[0]!.done) return
    const all = next.map(({ value }) => value as PatchEmbedding<number> & Heard)
    const { key, last } = all[0]!
    const [time, frequency] = [all.slice(0, SHIFTS.length), all.slice(SHIFTS.length)]
    yield { clip: key, last, heard: { time, frequency } }
  }
}

function* sources(clips: readonly number[], open: (clip: number, axis: Axis) => Opened, axis: Axis, shift: number) {
  for (const key of clips) {
    yield {
      key,
      open: () => {
        const mel = open(key, axis)
        return { ...shifted(mel, axis, shift), close: () => mel.close() }
      },
    }
  }
}

/** Rows that the head works on at once. */
const BATCH = 64

/** Patches with what the head makes of their embeddings. */
export async function* heard<Key>(
  thread: EncoderThread,
  { dimensions }: EncodingPath,
  head: Head | undefined,
  embeddings: AsyncIterable<PatchEmbedding<Key>>,
): AsyncGenerator<PatchEmbedding<Key> & Heard> {
  if (!head) return yield* embeddings
  let waiting: PatchEmbedding<Key>[] = []
  const classified = async () => {
    const rows = new Float32Array(BATCH * dimensions)
    for (const [at, { embedding }] of waiting.entries()) rows.set(embedding, at * dimensions)
    const logits = await thread.encode(head.node, rows, waiting.length)
    const done = waiting.map((one, at) => ({ ...one, logits: logits.slice(at * head.size, (at + 1) * head.size) }))
    waiting = []
    return done
  }
  for await (const one of embeddings) {
    waiting.push(one)
    if (waiting.length === BATCH) yield* await classified()
  }
  if (waiting.length > 0) yield* await classified()
}
