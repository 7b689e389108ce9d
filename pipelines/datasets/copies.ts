/** Which clips hold the same sound: by their bytes, else by fingerprints, confirmed by the waveforms themselves. */
import { FingerprintIndex } from '../../data/fingerprints/fingerprint-index.js'
import type { Overlay } from '../../data/fingerprints/same-sound.js'
import { FINGERPRINT_RATE } from '../../data/fingerprints/sub-fingerprints.js'
import type { Refused, Run } from './check-worker.js'
import type { CheckedClip, Examined } from './examine-clip.js'

/** Told how many steps there are before each pass. @returns called after each step */
export type OnPass = (pass: string, steps: number) => () => void

/** Where the shared sound stands in one of the two clips, seconds from the clip's start. */
export interface Stretch {
  set: string
  clip: string
  path: string
  from: number
  to: number
}

/** Two clips that hold the same sound, and what says so. */
export interface CopyOf {
  /** The sound that both hold, in each of them. */
  a: Stretch
  b: Stretch
  /** file: one stretch of one file under two names. bytes: two files with the same bytes. sound: the same waveform. */
  by: 'file' | 'bytes' | 'sound'
  /** Of the waveforms below 4 kHz, tilted up; negative if polarity is inverted. */
  correlation: number
  /** The same in the loud octave where it is least, polarity apart. */
  octave: number
  /** How differently they are shaped in time and frequency, dB. */
  deviation: number
  /** Level of `b` over `a`, dB. */
  gain: number
  /** Columns, other than file names, in which the two clips differ. */
  differ: string[]
  /** They stand in different sets, or in different parts by a column `split` or `fold`. */
  leak: boolean
}

/** A copy holds at least so many seconds of the other clip, or half of the shorter one. */
const LEAST = 0.5
const PARTS = ['split', 'fold']
/** Seconds by which the same moment of a recording may seem to lie apart. */
const SAME = 0.05

type Listened = readonly (Examined | Refused)[]

export interface Pairs {
  copies: CopyOf[]
  /** Clips that share sound and differ otherwise: faded or filtered, a loop below two melodies, a sample in a mix. */
  alike: CopyOf[]
}

/** Pairs of which at least one clip is no reference; of equal files, each is paired with the first. */
export async function findCopies(
  clips: readonly CheckedClip[],
  examined: Listened,
  run: Run,
  onPass: OnPass | undefined,
): Promise<Pairs> {
  const { copies, equals } = equalFiles(clips, examined)
  const pairs = candidatePairs(clips, examined, [...equals.keys()])
  const tick = onPass?.('comparing', pairs.length)
  const found = await Promise.all(
    pairs.map(async ({ a, b, lag, slack }) => {
      const lengths = [a, b].map(i => samplesOf(examined[i]!)) as [number, number]
      const [left, right] = [clips[a]!, clips[b]!]
      const sounds = { a: soundOf(left), b: soundOf(right) }
      const overlay = await run<Overlay | undefined>({ kind: 'align', ...sounds, lag, slack, lengths })
      tick?.()
      if (!overlay || !sharesEnough(overlay, lengths)) return []
      const all = equals.get(a)!.flatMap(one => equals.get(b)!.map(other => [clips[one]!, clips[other]!] as const))
      return all.filter(wanted).flatMap(([x, y]) => {
        const copy = copyOf(x, y, overlay, lengths)
        return sameMoment(x, y, overlay) && !copy.leak ? [] : [{ same: overlay.same, copy }]
      })
    }),
  )
  const pairsOf = (same: boolean) => found.flat().flatMap(one => (one.same === same ? [one.copy] : []))
  const leaksFirst = (list: CopyOf[]) => list.sort((x, y) => Number(y.leak) - Number(x.leak))
  return { copies: leaksFirst([...copies, ...pairsOf(true)]), alike: leaksFirst(pairsOf(false)) }
}

/** Stretches of one recording that overlap, as annotations of two voices do: they share that moment, and are no copies. */
function sameMoment(a: CheckedClip, b: CheckedClip, { lag }: Overlay): boolean {
  const apart = (a.start ?? 0) - (b.start ?? 0) - lag / FINGERPRINT_RATE
  return a.path === b.path && Math.abs(apart) < SAME
}

const soundOf = ({ path, start, end }: CheckedClip) => ({ path, start, end })

function sharesEnough({ lag }: Overlay, [a, b]: [number, number]): boolean {
  const shared = Math.min(a, b - lag) - Math.max(0, -lag)
  return shared >= Math.min(LEAST * FINGERPRINT_RATE, Math.min(a, b) / 2)
}

const wanted = ([a, b]: readonly [CheckedClip, CheckedClip]) => !(a.reference && b.reference)

/** Files that are listed twice or have the same bytes; and by the first clip of each such group, all that are equal. */
function equalFiles(
  clips: readonly CheckedClip[],
  examined: Listened,
): { copies: CopyOf[]; equals: Map<number, number[]> } {
  const copies: CopyOf[] = []
  const equals = new Map<number, number[]>()
  const first = new Map<string, number>()
  for (const [i, clip] of clips.entries()) {
    const one = examined[i]!
    if (!('hash' in one) || one.peak === 0) continue
    const key = JSON.stringify([one.hash, clip.start, clip.end])
    const twin = first.get(key)
    if (twin === undefined) {
      first.set(key, i)
      equals.set(i, [i])
      continue
    }
    equals.get(twin)!.push(i)
    if (!wanted([clips[twin]!, clip])) continue
    const by = clip.path === clips[twin]!.path ? 'file' : 'bytes'
    const whole = { lag: 0, correlation: 1, octave: 1, deviation: 0, gain: 0 }
    copies.push({ ...copyOf(clips[twin]!, clip, whole, [samplesOf(one), samplesOf(one)]), by })
  }
  return { copies, equals }
}

interface Pair {
  a: number
  b: number
  lag: number
  slack: number
  errors: number
}

function candidatePairs(clips: readonly CheckedClip[], examined: Listened, distinct: readonly number[]): Pair[] {
  const index = new FingerprintIndex()
  for (const i of distinct) index.add((examined[i] as Examined).fingerprint)
  const pairs = new Map<string, Pair>()
  for (const [number, a] of distinct.entries()) {
    for (const { other, offset, slack, errors } of index.candidates((examined[a] as Examined).fingerprint, number)) {
      const b = distinct[other]!
      if (!wanted([clips[a]!, clips[b]!])) continue
      const pair = a < b ? { a, b, lag: offset, slack, errors } : { a: b, b: a, lag: -offset, slack, errors }
      const key = `${pair.a} ${pair.b}`
      if (errors < (pairs.get(key)?.errors ?? 1)) pairs.set(key, pair)
    }
  }
  return [...pairs.values()].sort((x, y) => x.a - y.a)
}

type Evidence = Pick<Overlay, 'lag' | 'correlation' | 'octave' | 'deviation' | 'gain'>

function copyOf(a: CheckedClip, b: CheckedClip, evidence: Evidence, [left, right]: [number, number]): CopyOf {
  const { lag, correlation, octave, deviation, gain } = evidence
  const from = Math.max(0, -lag)
  const to = Math.min(left, right - lag)
  const columns = new Set([...Object.keys(a.labels), ...Object.keys(b.labels)])
  const differ = [...columns].filter(column => a.labels[column] !== b.labels[column])
  return {
    a: stretchOf(a, from, to),
    b: stretchOf(b, from + lag, to + lag),
    by: 'sound',
    correlation: rounded(correlation, 4),
    octave: rounded(octave, 4),
    deviation: rounded(deviation, 2),
    gain: rounded(gain, 1),
    differ: a.set === b.set ? differ : differ.filter(column => column in a.labels && column in b.labels),
    leak: a.set !== b.set || PARTS.some(column => differ.includes(column)),
  }
}

const stretchOf = ({ set, id, path }: CheckedClip, from: number, to: number): Stretch => ({
  ...{ set, clip: id, path },
  ...{ from: rounded(from / FINGERPRINT_RATE, 3), to: rounded(to / FINGERPRINT_RATE, 3) },
})

const rounded = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits

const samplesOf = (examined: Examined | Refused) =>
  'seconds' in examined ? Math.ceil(examined.seconds * FINGERPRINT_RATE) : 0
