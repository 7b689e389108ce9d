import type { FeatureStream } from '../values.js'

/** Frames that are made of a sound; what is known of the sound's file goes along. */
export function featureStream(
  from: Pick<FeatureStream, 'seconds' | 'notes'>,
  bands: number,
  blocks: FeatureStream['blocks'],
): FeatureStream {
  return { bands, blocks, seconds: () => from.seconds?.(), notes: () => from.notes?.() ?? [] }
}
