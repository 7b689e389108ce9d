/**
 * What a clip sounds like as 32 bits every 8 ms: the signs of energy differences between neighbouring bands and
 * moments (Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002, section 4.2). Gain does not
 * change a sign; lossy coding and noise change few. Unlike there the bands reach from 250 to 3700 Hz, the window lasts
 * 128 ms, and differences are taken over four hops, so that a copy cut between two hops keeps its bits: these are
 * sounds of a second, not songs.
 */
import FastFourierTransform from 'fft.js'

/** Hertz: what `Fingerprinter` is given. */
export const FINGERPRINT_RATE = 8000
/** Samples from one sub-fingerprint to the next. */
export const FINGERPRINT_HOP = 64

const WINDOW = 1024
const BITS = 32
const LOWEST = 250
const HIGHEST = 3700
/** Hops between the two moments of a difference. */
const SPAN = 4
/** Energy of a moment that counts as silence, as a share of the clip's loudest moment. */
const QUIET = 1e-6
/** Bits of a sub-fingerprint that are named as uncertain. */
export const WEAK_BITS = 6

export interface Fingerprint {
  /** A sub-fingerprint a hop, the first one centred on the first sample. */
  bits: Uint32Array
  /** The numbers of the `WEAK_BITS` least certain bits, five bits each. */
  weak: Uint32Array
  /** 1 where there is sound, 0 where bits say nothing. */
  heard: Uint8Array
  /** Square roots of the bands' shares in the clip's energy, of unit length: what very short clips are found by. */
  spectrum: Float32Array
}

const hann = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / WINDOW))

/** First bin of each band and, behind them, the first one that is in none; equal ratios. */
const edges = Array.from({ length: BITS + 2 }, (_, i) =>
  Math.round((LOWEST * (HIGHEST / LOWEST) ** (i / (BITS + 1)) * WINDOW) / FINGERPRINT_RATE),
)

/** Takes a clip block by block; memory grows with 9 bytes a hop. */
export class Fingerprinter {
  private readonly transform = new FastFourierTransform(WINDOW)
  private readonly frame: number[] = new Array(WINDOW).fill(0)
  private readonly spectrum: number[] = this.transform.createComplexArray()
  /** The last `WINDOW` samples and what has come behind them; half a window of silence stands before the clip. */
  private pending = new Float32Array(4 * WINDOW)
  private filled = WINDOW / 2
  /** Band energies of the last `SPAN` moments, in turn. */
  private readonly energies = Array.from({ length: SPAN + 1 }, () => new Float64Array(BITS + 1))
  private readonly bits: number[] = []
  private readonly weak: number[] = []
  private readonly levels: number[] = []
  private readonly shares = new Float64Array(BITS + 1)

  /** @param samples mono, at `FINGERPRINT_RATE` */
  push(samples: Float32Array): void {
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + this.pending.length - this.filled)
      this.pending.set(part, this.filled)
      this.filled += part.length
      at += part.length
      this.moments()
    }
  }

  finish(): Fingerprint {
    this.push(new Float32Array(WINDOW / 2))
    const loudest = this.levels.reduce((most, level) => Math.max(most, level), 0)
    const energy = this.shares.reduce((sum, share) => sum + share, Number.MIN_VALUE)
    return {
      spectrum: Float32Array.from(this.shares, share => Math.sqrt(share / energy)),
      bits: Uint32Array.from(this.bits),
      weak: Uint32Array.from(this.weak),
      heard: Uint8Array.from(this.levels, (level, i) => (i >= SPAN && level > QUIET * loudest ? 1 : 0)),
    }
  }

  /** As many as the pending samples allow. */
  private moments(): void {
    let at = 0
    for (; at + WINDOW <= this.filled; at += FINGERPRINT_HOP) this.moment(at)
    this.pending.copyWithin(0, at, this.filled)
    this.filled -= at
  }

  private moment(at: number): void {
    const { frame, spectrum, pending, energies } = this
    for (let i = 0; i < WINDOW; i++) frame[i] = pending[at + i]! * hann[i]!
    this.transform.realTransform(spectrum, frame)
    const now = energies[this.bits.length % (SPAN + 1)]!
    const before = energies[(this.bits.length + 1) % (SPAN + 1)]!
    let total = 0
    for (let band = 0; band <= BITS; band++) {
      let sum = 0
      for (let bin = edges[band]!; bin < edges[band + 1]!; bin++)
        sum += spectrum[2 * bin]! ** 2 + spectrum[2 * bin + 1]! ** 2
      now[band] = sum
      this.shares[band]! += sum
      total += sum
    }
    this.levels.push(total)
    this.difference(now, before)
  }

  private difference(now: Float64Array, before: Float64Array): void {
    let bits = 0
    const certainty = new Float64Array(BITS)
    for (let i = 0; i < BITS; i++) {
      const change = now[i]! - now[i + 1]! - (before[i]! - before[i + 1]!)
      if (change > 0) bits |= 1 << i
      certainty[i] = Math.abs(change) / (now[i]! + now[i + 1]! + before[i]! + before[i + 1]! + Number.MIN_VALUE)
    }
    this.bits.push(bits >>> 0)
    this.weak.push(weakest(certainty))
  }
}

function weakest(certainty: Float64Array): number {
  let named = 0
  for (let k = 0; k < WEAK_BITS; k++) {
    let least = 0
    for (let i = 1; i < BITS; i++) if (certainty[i]! < certainty[least]!) least = i
    named |= least << (5 * k)
    certainty[least] = Number.POSITIVE_INFINITY
  }
  return named
}
