import { contentHash } from '../../data/content-hash.js'
import { decode } from '../../data/decoding/decode.js'
import { FINGERPRINT_RATE, type Fingerprint, Fingerprinter } from '../../data/fingerprints/sub-fingerprints.js'
import type { ListedClip } from '../../data/manifests.js'
import type { Resampler } from '../../stages/audio/signal/resampler.js'
import { resamplerFor, type Sound } from '../../stages/audio/signal/sound.js'

/** A clip of one of the sets that are checked. */
export interface CheckedClip extends ListedClip {
  set: string
  /** Whether only copies of it are asked for: it is of a set given with `against`. */
  reference: boolean
}

/** What one pass over a clip tells. */
export interface Examined {
  seconds: number
  /** Largest magnitude of the mean of the channels; full scale is 1. */
  peak: number
  /** Share of samples that stand in runs of three and more at full scale. */
  clipped: number
  fingerprint: Fingerprint
  /** SHA-256 of the file, hex. */
  hash: string
  /** What is odd about its file. */
  notes: string[]
}

/** Magnitude that counts as full scale: a little less than 1, as resampling and lossy coding blur the edge. */
const FULL = 0.99
const RUN = 3

/** Decodes a clip once; memory does not grow with its length, but for its fingerprint. @throws Problem as `decode` */
export async function examineClip(sound: Sound): Promise<Examined> {
  const hash = await contentHash(sound.path)
  const fingerprinter = new Fingerprinter()
  const fullScale = new FullScaleRuns()
  let resampler: Resampler | undefined
  let [count, peak, rate] = [0, 0, 1]
  const notes: string[] = []
  for await (const block of decode(sound.path, { ...sound, note: oddity => notes.push(oddity) })) {
    rate = block.rate
    count += block.samples.length
    for (let i = 0; i < block.samples.length; i++) peak = Math.max(peak, Math.abs(block.samples[i]!))
    fullScale.push(block.samples)
    resampler ??= resamplerFor(sound.path, rate, FINGERPRINT_RATE)
    fingerprinter.push(resampler.push(block.samples))
  }
  if (resampler) fingerprinter.push(resampler.finish())
  const clipped = fullScale.samples() / Math.max(1, count)
  return { seconds: count / rate, peak, clipped, fingerprint: fingerprinter.finish(), hash, notes }
}

/** Counts the samples of runs at full scale. */
class FullScaleRuns {
  private run = 0
  private counted = 0

  push(samples: Float32Array): void {
    for (let i = 0; i < samples.length; i++) {
      if (Math.abs(samples[i]!) >= FULL) this.run++
      else if (this.run > 0) this.end()
    }
  }

  samples(): number {
    this.end()
    return this.counted
  }

  private end(): void {
    if (this.run >= RUN) this.counted += this.run
    this.run = 0
  }
}
