import { wholeSound } from '../../../stages/audio/signal/whole-sound.js'
import type { Source } from '../../../stages/scenes/cut-event.js'
import type { Clip } from '../../../stages/values.js'

/** Samples kept decoded: 256 MB. */
const KEPT = 64e6

/** Decoded clips, the latest ones kept: backgrounds come again and again. */
export class SoundStore {
  readonly #sounds = new Map<string, Float32Array>()
  /** Clips that cannot be read: not tried twice. */
  readonly #bad = new Map<string, unknown>()
  #kept = 0

  /** @param rate hertz */
  constructor(private readonly rate: number) {}

  /** Mono, without its mean, largest magnitude just below 1. @throws Problem as decoding does */
  async open(clip: Clip): Promise<Source> {
    if (this.#bad.has(clip.id)) throw this.#bad.get(clip.id)
    const samples = this.#sounds.get(clip.id) ?? (await this.#decoded(clip))
    this.#sounds.delete(clip.id)
    this.#sounds.set(clip.id, samples)
    return { rate: this.rate, samples: samples.length, read: (start, count) => samples.slice(start, start + count) }
  }

  async #decoded(clip: Clip): Promise<Float32Array> {
    let samples: Float32Array
    try {
      samples = await wholeSound(clip, { rate: this.rate, normalise: 'peak' })
    } catch (error) {
      this.#bad.set(clip.id, error)
      throw error
    }
    this.#kept += samples.length
    for (const [id, { length }] of this.#sounds) {
      if (this.#kept <= KEPT) break
      this.#sounds.delete(id)
      this.#kept -= length
    }
    return samples
  }
}
