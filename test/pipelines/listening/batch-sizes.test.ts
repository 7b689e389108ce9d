import test from 'ava'
import { BATCH } from '../../../pipelines/embeddings/encode.js'
import { batchSizes } from '../../../pipelines/listening/batch-sizes.js'

const SIZE = 3

/** Sums the numbers of each patch; `other` says which batches give another last bit, of which row. */
function encoder(other: (count: number, row: number) => boolean) {
  const of = async (patches: Float32Array, count: number) =>
    Float32Array.from({ length: count }, (_, row) => {
      const sum = patches.subarray(row * SIZE, (row + 1) * SIZE).reduce((all, value) => all + value, 0)
      return other(count, row) ? sum * (1 + 2 ** -23) : sum
    })
  return { size: 1, of }
}

test('small batches are used where the bits are those of a whole one, in every row', async t => {
  t.deepEqual(
    await batchSizes(
      encoder(() => false),
      SIZE,
    ),
    [1, 2, 4, 8, 16, 32, BATCH],
  )
  t.deepEqual(
    await batchSizes(
      encoder(count => count === 1),
      SIZE,
    ),
    [2, 4, 8, 16, 32, BATCH],
  )
  t.deepEqual(
    await batchSizes(
      encoder((count, row) => count < BATCH && row === count - 1),
      SIZE,
    ),
    [BATCH],
  )
})
