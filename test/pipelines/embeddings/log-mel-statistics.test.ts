import { logMelStatistics } from '../../../pipelines/embeddings/log-mel-statistics.js'
import { fc, testProp } from '../../properties.js'

testProp(
  'mean and population deviation of each band',
  [
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 5 }),
    fc.infiniteStream(fc.double({ min: -8, max: 3, noNaN: true })),
  ],
  (t, frames, bands, numbers) => {
    const values = Float32Array.from({ length: frames * bands }, () => numbers.next().value!)
    const statistics = logMelStatistics({
      frames,
      bands,
      read: (from, count) => values.slice(from * bands, (from + count) * bands),
    })
    for (let band = 0; band < bands; band++) {
      const column = Array.from({ length: frames }, (_, frame) => values[frame * bands + band]!)
      const mean = column.reduce((sum, one) => sum + one, 0) / frames
      const variance = column.reduce((sum, one) => sum + (one - mean) ** 2, 0) / frames
      t.true(Math.abs(statistics[band]! - mean) < 1e-5)
      t.true(Math.abs(statistics[bands + band]! ** 2 - variance) < 1e-5)
    }
  },
)
