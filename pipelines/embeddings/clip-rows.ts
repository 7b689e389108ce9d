/** Clips through an encoder, read in one way: their rows, as soon as they are ready. */
import { FeatureCache } from '../../data/feature-cache.js'
import type { Hearing } from '../../graphs/inference/hearing.js'
import { soundingFrames } from '../../graphs/readout/sounding.js'
import { type Prepared, secondsOf } from '../../graphs/streams/prepare.js'
import type { LogMel } from '../../stages/values.js'
import type { Encoding } from '../model/onnx-encoder.js'
import type { Level } from './embed-options.js'
import { encodePatches } from './encode.js'
import type { LogMelNode } from './log-mel-node.js'
import type { Lengths, Reading, Row } from './rows.js'

export interface ClipRowsOptions {
  thread: Encoding
  hearing: Hearing
  prepared: Prepared
  /** What tells sound from silence; none where nothing makes spectrograms. */
  mel: LogMelNode | undefined
  reading: Reading
  level: Level
  /** Seconds from one patch to the next. */
  hop: number
  /** By position; all of them if absent. */
  clips?: Iterable<number>
}

/** Patch after patch the rows that are ready then, none of most, and whether it was the clip's last patch. */
export async function* clipRows(
  options: ClipRowsOptions,
): AsyncGenerator<{ clip: number; rows: Row[]; last: boolean }> {
  const { thread, hearing, prepared, mel, reading, level, hop } = options
  const { length, second } = hearing.grid
  const seconds = secondsOf(prepared)
  const cache = new FeatureCache(prepared.cacheFolder)
  const rowsOf = reading.rows(level)
  const patches = encodePatches(thread, hearing, options.clips ?? prepared.clips.keys(), {
    hop: hearing.hop(hop),
    output: reading.output,
  })
  for await (const patch of patches) {
    const { clip, last } = patch
    const heard = mel && { hop: mel.hop, feature: () => cache.get(prepared.nodes[mel.id]!.keys[clip]!) }
    const lengths = lengthsOf({ seconds: seconds[clip]!, patch: length * second, frame: second }, heard)
    yield { clip, rows: rowsOf(patch, lengths), last }
  }
}

/** @param mel its spectrogram, seconds from frame to frame; none where nothing makes any */
export function lengthsOf(
  { seconds, patch, frame: second }: { seconds: number; patch: number; frame: number },
  mel: { hop: number; feature(): LogMel } | undefined,
): Lengths {
  return {
    ...{ clip: seconds, patch, frame: second },
    sounding: frames => {
      const sound = Math.max(1, Math.min(frames, Math.round(seconds / second)))
      if (!mel) return [0, sound]
      const feature = mel.feature()
      const inside = Math.min(feature.frames, Math.max(1, Math.round((sound * second) / mel.hop)))
      const [from, to] = soundingFrames(feature, inside)
      return [from, to].map(frame => Math.round((frame * mel.hop) / second)) as [number, number]
    },
  }
}

/** One embedding a clip, in their order. */
export async function clipEmbeddings(options: Omit<ClipRowsOptions, 'level'>): Promise<Float32Array[]> {
  const found: Float32Array[] = []
  for await (const { rows } of clipRows({ ...options, level: 'clip' }))
    for (const { embedding } of rows) found.push(embedding)
  return found
}
