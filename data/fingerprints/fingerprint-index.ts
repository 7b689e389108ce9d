import { FINGERPRINT_HOP, type Fingerprint, WEAK_BITS } from './sub-fingerprints.js'

/** A pair of clips that may hold the same sound. */
export interface Candidate {
  /** Number of the other clip, in the order of adding. */
  other: number
  /** Samples at `FINGERPRINT_RATE`: what stands at t in the clip asked about stands at t + offset in the other one. */
  offset: number
  /** How many samples the offset may be wrong. */
  slack: number
  /** Share of bits that differ where both clips sound; 0 for clips too short for bits to tell. */
  errors: number
}

/** Two of random bits differ in 0.5; Haitsma and Kalker call 0.35 and less the same. */
const MOST_ERRORS = 0.35
/** Moments with sound up to which a clip is short: few sub-fingerprints must suffice to find it. */
const SHORT = 160
/** Weak bits tried both ways, and sub-fingerprints shared at one offset before all bits are compared. */
const IN_SHORT = { flipped: WEAK_BITS, votes: 1 }
const IN_LONG = { flipped: 4, votes: 2 }
/** Hops by which votes for one offset may differ. */
const BIN = 4
/** Moments that must be compared at least. */
const LEAST_MOMENTS = 10
/** Other clips whose bits are compared, those with the most votes first; and those that are named. */
const COMPARED = 300
const NAMED = 32
/** Moments below which bits tell little: such clips are taken for candidates if their spectra agree so well. */
const VERY_SHORT = 30
const SAME_SPECTRUM = 0.95
/** Entries of one sub-fingerprint that are looked at: more of them tell nothing. */
const COMMON = 200

/**
 * Finds clips that share sub-fingerprints at one offset (Haitsma and Kalker, ISMIR 2002, section 5); clips below a
 * quarter of a second by the correlation of their mean spectra.
 */
export class FingerprintIndex {
  private readonly fingerprints: Fingerprint[] = []
  private readonly veryShort: number[] = []
  private heads = new Int32Array(1 << 16).fill(-1)
  private next = new Int32Array(1 << 16)
  private values = new Uint32Array(1 << 16)
  private clips = new Uint32Array(1 << 16)
  private moments = new Uint32Array(1 << 16)
  private count = 0

  /** @returns the clip's number, from 0 */
  add(fingerprint: Fingerprint): number {
    const clip = this.fingerprints.push(fingerprint) - 1
    const { bits, heard } = fingerprint
    if (bits.length < VERY_SHORT) this.veryShort.push(clip)
    for (let i = 0; i < bits.length; i++) if (heard[i] && bits[i] !== bits[i - 1]) this.insert(bits[i]!, clip, i)
    return clip
  }

  /** Clips added so far that a clip, itself among them or not, may share sound with; the likeliest first. */
  candidates(asked: Fingerprint, except = -1): Candidate[] {
    const votes = this.votes(asked, except)
    const found = new Map<number, Candidate>(this.alikeInSpectrum(asked, except).map(one => [one.other, one]))
    for (const [place] of [...votes].sort((a, b) => b[1] - a[1]).slice(0, COMPARED)) {
      const other = Math.floor(place / OFFSETS)
      const hops = ((place % OFFSETS) - OFFSETS / 2) * BIN
      const best = this.compared(asked, other, hops)
      if (best && best.errors <= MOST_ERRORS && best.errors < (found.get(other)?.errors ?? 1)) found.set(other, best)
    }
    return [...found.values()].sort((a, b) => a.errors - b.errors).slice(0, NAMED)
  }

  private alikeInSpectrum(asked: Fingerprint, except: number): Candidate[] {
    if (asked.bits.length >= VERY_SHORT) return []
    return this.veryShort
      .filter(other => other !== except && dot(asked.spectrum, this.fingerprints[other]!.spectrum) >= SAME_SPECTRUM)
      .map(other => ({ other, offset: 0, slack: (VERY_SHORT / 2) * FINGERPRINT_HOP, errors: 0 }))
  }

  private insert(value: number, clip: number, moment: number): void {
    if (this.count === this.values.length) this.grow()
    const slot = slotOf(value, this.heads.length)
    this.values[this.count] = value
    this.clips[this.count] = clip
    this.moments[this.count] = moment
    this.next[this.count] = this.heads[slot]!
    this.heads[slot] = this.count++
  }

  private grow(): void {
    const size = 2 * this.values.length
    const longer = (array: Uint32Array) => {
      const out = new Uint32Array(size)
      out.set(array)
      return out
    }
    this.values = longer(this.values)
    this.clips = longer(this.clips)
    this.moments = longer(this.moments)
    this.next = new Int32Array(size)
    this.heads = new Int32Array(size).fill(-1)
    for (let i = 0; i < this.count; i++) {
      const slot = slotOf(this.values[i]!, size)
      this.next[i] = this.heads[slot]!
      this.heads[slot] = i
    }
  }

  /** How often each other clip has a sub-fingerprint of this one, by clip and offset; each moment with its weak bits. */
  private votes(asked: Fingerprint, except: number): Map<number, number> {
    const { bits, heard, weak } = asked
    const { flipped, votes: least } = heard.reduce((sum, one) => sum + one, 0) > SHORT ? IN_LONG : IN_SHORT
    const votes = new Map<number, number>()
    for (let i = 0; i < bits.length; i++) {
      if (!heard[i] || bits[i] === bits[i - 1]) continue
      for (let flips = 0; flips < 1 << flipped; flips++) {
        let value = bits[i]!
        for (let k = 0; k < flipped; k++) if (flips & (1 << k)) value ^= 1 << ((weak[i]! >>> (5 * k)) & 31)
        value >>>= 0
        let seen = 0
        let at = this.heads[slotOf(value, this.heads.length)]!
        for (; at >= 0 && seen < COMMON; at = this.next[at]!) {
          if (this.values[at] !== value) continue
          seen++
          if (this.clips[at] === except) continue
          const bin = Math.floor((this.moments[at]! - i) / BIN)
          const place = this.clips[at]! * OFFSETS + bin + OFFSETS / 2
          votes.set(place, (votes.get(place) ?? 0) + 1)
        }
      }
    }
    for (const [place, count] of votes) {
      const near = count + (votes.get(place + 1) ?? 0)
      if (near < least) votes.delete(place)
    }
    return votes
  }

  /** Bit errors at the best offset near `hops`; undefined if too little sounds in both. */
  private compared(asked: Fingerprint, other: number, hops: number): Candidate | undefined {
    let best: Candidate | undefined
    for (let shift = hops - BIN; shift <= hops + 2 * BIN; shift++) {
      const errors = bitErrors(asked, this.fingerprints[other]!, shift)
      if (errors < (best?.errors ?? 1)) best = { other, offset: shift * FINGERPRINT_HOP, slack: SLACK, errors }
    }
    return best
  }
}

/** Samples by which the offset with the fewest errors may be wrong. */
const SLACK = 3 * FINGERPRINT_HOP

/** Bins of offsets a clip may have: clips of up to nine hours. */
const OFFSETS = 2 ** 21

const slotOf = (value: number, size: number) => (Math.imul(value, 0x9e3779b1) >>> 0) & (size - 1)

/**
 * Share of differing bits when moment i of `a` stands beside moment i + shift of `b`; 1 if fewer than ten moments
 * sound in both.
 */
export function bitErrors(a: Fingerprint, b: Fingerprint, shift: number): number {
  let [compared, errors] = [0, 0]
  const end = Math.min(a.bits.length, b.bits.length - shift)
  for (let i = Math.max(0, -shift); i < end; i++) {
    if (!a.heard[i] || !b.heard[i + shift]) continue
    compared++
    errors += ones(a.bits[i]! ^ b.bits[i + shift]!)
  }
  return compared < LEAST_MOMENTS ? 1 : errors / (32 * compared)
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

function ones(value: number): number {
  const pairs = value - ((value >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
