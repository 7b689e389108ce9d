/** Which clips hold sound: by how much their loudest moments stand over their noise floor. */
import { FeatureCache } from '../../data/feature-cache.js'
import { Problem } from '../../data/problem.js'
import { innermost } from '../../stages/ports.js'
import type { CheckedGraph } from '../language/checked.js'
import type { Prepared } from './prepare.js'

/** Neighbouring bands whose energy is added up, so that noise by itself stands out little. */
const GROUP = 8
/** Frames that are looked at, evenly over the clip. */
const FRAMES = 128
/** Shares of the frames below the floor and below the loudest moments. */
const [FLOOR, LOUD] = [0.2, 0.98]

/**
 * Reads the spectrograms in the cache when it is asked, once.
 *
 * @throws Problem `no-activity` if the graph keeps no log-mel spectrogram
 */
export function activityOf({ nodes, cacheFolder }: Prepared, graph: CheckedGraph): () => readonly number[] {
  let known: number[] | undefined
  return () => {
    if (known) return known
    const node = graph.nodes.find(({ id, out }) => nodes[id] && innermost(out).kind === 'logmel')
    if (!node)
      throw new Problem(
        'no-activity',
        'Nothing in the graph makes spectrograms by which clips that hold sound are known.',
        {
          hint: 'Draw by clip, or let a log-mel stand below the source.',
        },
      )
    const cache = new FeatureCache(cacheFolder)
    known = nodes[node.id]!.keys.map(key => {
      const feature = cache.get(key)
      const values = feature.read(0, feature.frames)
      feature.close()
      return activityIn(values, feature.bands)
    })
    return known
  }
}

/**
 * Decibels from the 20th to the 98th percentile of the energy of a group of neighbouring bands, of the group where it is
 * largest.
 *
 * @param values log10 power, row-major frames x bands
 */
export function activityIn(values: Float32Array, bands: number): number {
  const frames = values.length / bands
  const count = Math.min(FRAMES, frames)
  let most = 0
  for (let band = 0; band < bands; band += GROUP) {
    const energies = new Float64Array(count)
    for (let at = 0; at < count; at++) {
      const from = Math.floor((at * frames) / count) * bands
      for (let b = band; b < Math.min(bands, band + GROUP); b++) energies[at]! += 10 ** values[from + b]!
    }
    energies.sort()
    const [floor, loud] = [FLOOR, LOUD].map(share => energies[Math.floor(share * (count - 1))]!)
    most = Math.max(most, 10 * Math.log10(loud! / floor!))
  }
  return most
}
