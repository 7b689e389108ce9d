/** How small a batch may be so that a patch gets the bits that it gets when `embed` computes it. */
import { streamOf } from '../../graphs/streams/draws.js'
import { BATCH, type EncoderOutput } from '../embeddings/encode.js'

/**
 * Kernels sum in an order that depends on the size of the batch: some encoders give the same bits with any, some do not
 * where there is but one patch. Each size is tried with noise, at both ends of a whole batch.
 *
 * @param size numbers of a patch
 * @returns powers of two in rising order, those that give the same bits; the last is the whole batch
 */
export async function batchSizes(output: EncoderOutput, size: number): Promise<number[]> {
  const rng = streamOf('noise of batch sizes')
  const noise = Float32Array.from({ length: BATCH * size }, () => rng.normal())
  const patches = (from: number, count: number) => noise.slice(from * size, (from + count) * size)
  const whole = await output.of(patches(0, BATCH), BATCH)
  const alike: number[] = []
  for (let count = 1; count < BATCH; count *= 2) {
    const same: boolean[] = []
    for (const from of [0, BATCH - count]) {
      const part = await output.of(patches(from, count), count)
      same.push(bytes(part).equals(bytes(whole.subarray(from * output.size, (from + count) * output.size))))
    }
    if (same.every(Boolean)) alike.push(count)
  }
  return [...alike, BATCH]
}

const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength)
