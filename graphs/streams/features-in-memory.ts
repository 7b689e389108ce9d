/** In place of the feature cache, for sounds that are heard once: nothing is kept on disk, and here the last alone. */
import type { Feature } from '../../data/feature-cache.js'
import { joined } from '../../stages/sample-arrays.js'
import type { FeatureStore } from './evaluate.js'

/** @returns with `last`, what was last written under each key */
export function featuresInMemory(): FeatureStore & { last: ReadonlyMap<string, Feature> } {
  const last = new Map<string, Feature>()
  return {
    last,
    open: () => undefined,
    async write(key, bands, blocks, about = {}) {
      const parts: Float32Array[] = []
      for await (const block of blocks) parts.push(block)
      const feature = featureOf(joined(parts), bands, about)
      last.set(key, feature)
      return feature
    },
  }
}

function featureOf(
  values: Float32Array,
  bands: number,
  { seconds, notes }: NonNullable<Parameters<FeatureStore['write']>[3]>,
): Feature {
  const frames = values.length / bands
  return {
    ...{ frames, bands, seconds: seconds?.() ?? Number.NaN, notes: notes?.() ?? [] },
    summary: { count: 0, sum: 0, sumOfSquares: 0 }, // nothing is measured on what is heard once
    read(start, count) {
      if (!(start >= 0 && count >= 0 && start + count <= frames))
        throw new RangeError(`frames ${start} to ${start + count} of a feature of ${frames} frames`)
      return values.slice(start * bands, (start + count) * bands)
    },
    close: () => {},
  }
}
