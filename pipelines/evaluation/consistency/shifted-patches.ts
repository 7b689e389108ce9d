/** Every patch of every clip, unshifted and shifted, through the encoder and, if there is one, the classifier. */
import type { Hearing } from '../../../graphs/inference/hearing.js'
import { type EncodedPatch, encodePatches } from '../../embeddings/encode.js'
import type { EncoderThread } from '../../model/trainer-thread.js'
import { type Axis, SHIFTS, SPARE } from './shifts.js'

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

/**
 * In the order of the clips; all shifts go through the thread side by side, so that memory does not grow with the clips.
 *
 * @param hearings what the encoder hears along time (the same for every shift), and for each shift along frequency
 * @param clips positions of the clips to hear
 * @param hop seconds from one patch to the next
 */
export async function* shiftedPatches(
  thread: EncoderThread,
  hearings: { time: Hearing; frequency: readonly Hearing[] },
  head: Head | undefined,
  clips: readonly number[],
  hop: number,
): AsyncGenerator<ShiftedPatch> {
  const heardBy = (hearing: Hearing, shift: number) =>
    heard(thread, head, encodePatches(thread, hearing, clips, { hop, spare: SPARE, shift }))
  const streams = [
    ...SHIFTS.map(shift => heardBy(hearings.time, shift)),
    // as many frames as along time, so that the same patches are heard along both
    ...hearings.frequency.map(hearing => heardBy(hearing, 0)),
  ]
  while (true) {
    const next = await Promise.all(streams.map(stream => stream.next()))
    if (next[0]!.done) return
    const all = next.map(({ value }) => value as EncodedPatch & Heard)
    const { clip, last } = all[0]!
    const [time, frequency] = [all.slice(0, SHIFTS.length), all.slice(SHIFTS.length)]
    yield { clip, last, heard: { time, frequency } }
  }
}

/** Rows that the head works on at once. */
const BATCH = 64

/** Patches with what the head makes of their embeddings. */
export async function* heard(
  thread: EncoderThread,
  head: Head | undefined,
  embeddings: AsyncIterable<EncodedPatch>,
): AsyncGenerator<EncodedPatch & Heard> {
  if (!head) {
    for await (const one of embeddings) yield { ...one, embedding: one.values }
    return
  }
  let waiting: EncodedPatch[] = []
  const classified = async () => {
    const dimensions = waiting[0]!.values.length
    const rows = new Float32Array(BATCH * dimensions)
    for (const [at, { values }] of waiting.entries()) rows.set(values, at * dimensions)
    const logits = await thread.encode(head.node, rows, waiting.length)
    const done = waiting.map((one, at) => ({
      ...one,
      embedding: one.values,
      logits: logits.slice(at * head.size, (at + 1) * head.size),
    }))
    waiting = []
    return done
  }
  for await (const one of embeddings) {
    waiting.push(one)
    if (waiting.length === BATCH) yield* await classified()
  }
  if (waiting.length > 0) yield* await classified()
}
