/** The way from an encoder to one of its heads, in evaluation mode. */
import { Problem } from '../../data/problem.js'
import type { CheckedGraph } from '../../graphs/language/checked.js'
import { fromEncoder } from '../../graphs/model/heads.js'
import type { Stage } from '../../stages/contract.js'
import { embeddingSize } from '../../stages/ports.js'
import type { EncoderThread } from './trainer-thread.js'

export interface HeadChain {
  encoder: string
  /** From the encoder on, with the numbers that each takes and gives; none if the encoder itself is meant. */
  heads: { id: string; takes: number; gives: number }[]
}

/**
 * @param id an encoder or a head
 * @throws Problem if there is no such node, or no encoder above it
 */
export function headChain(graph: CheckedGraph, stages: ReadonlyMap<string, Stage>, id: string): HeadChain {
  const [encoder, ...heads] = fromEncoder(graph, stages, id) ?? []
  if (encoder)
    return {
      encoder: encoder.id,
      heads: heads.map(({ id, inputs, out }) => ({
        id,
        takes: embeddingSize(inputs.from!.port),
        gives: embeddingSize(out),
      })),
    }
  throw new Problem('no-such-layer', `'${id}' is no encoder, and no head above which there is one.`, {
    hint: 'train.watch.node names one of them; without it the first encoder is watched.',
  })
}

/** Embeddings a pass; fixed, because the last digits depend on it. */
const BATCH = 64

/** What the heads make of embeddings, row-major. */
export async function throughHeads(
  thread: EncoderThread,
  heads: HeadChain['heads'],
  embeddings: Float32Array,
): Promise<Float32Array> {
  let values = embeddings
  for (const { id, takes, gives } of heads) {
    const rows = values.length / takes
    const given = values
    values = new Float32Array(rows * gives)
    for (let from = 0; from < rows; from += BATCH) {
      const count = Math.min(BATCH, rows - from)
      const batch = new Float32Array(BATCH * takes)
      batch.set(given.subarray(from * takes, (from + count) * takes))
      values.set(await thread.encode(id, batch, count), from * gives)
    }
  }
  return values
}
