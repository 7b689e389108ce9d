/** Whether what was read of a damaged file is right, told, or wrong without a word. */
import type { Ours, Read } from './readers.js'

export type Verdict =
  | 'right'
  | 'as the reference readers'
  | 'told'
  | 'refused'
  | 'wrong in silence'
  | 'crashed'
  | 'hung'

export interface Evidence {
  /** Read before the damage. */
  truth: Read
  ffmpeg: Read | undefined
  soundfile: Read | undefined
  /** Whether the format holds checksums over its sound: damage cannot then go unseen. */
  checked: boolean
  /** Whether it is a stream that never says how long it is: nobody then sees that the end is missing. */
  endless: boolean
}

/** Decoders of lossy codecs differ by this much. */
const TOLERANCE = 2e-4
/** Less than a packet: lengths in headers are rounded to packets (s). */
const UNSEEN = 0.05
/** Encoders' filling of the last packet, which old readers give as sound. */
const FILLING = 2048

export function judge(ours: Ours, { truth, ffmpeg, soundfile, checked, endless }: Evidence): Verdict {
  if (ours.kind !== 'read') return ours.kind
  if (same(ours, truth) && ours.samples.length >= truth.samples.length - 1) return 'right'
  const asOthers = [ffmpeg, soundfile].some(other => other && same(ours, other))
  if (ours.notes.length > 0) return asOthers || begins(truth, ours) || begins(ours, truth) ? 'told' : 'wrong in silence'
  const missing = (truth.samples.length - ours.samples.length) / truth.rate
  const less = !endless && missing > UNSEEN && begins(truth, ours)
  return asOthers && !less && !checked ? 'as the reference readers' : 'wrong in silence'
}

/** One rate, one length but for filling, and the same samples. */
const same = (a: Read, b: Read) =>
  a.rate === b.rate && Math.abs(a.samples.length - b.samples.length) <= FILLING && agree(a, b)

const begins = (whole: Read, part: Read) =>
  whole.rate === part.rate && part.samples.length <= whole.samples.length && agree(whole, part)

function agree(a: Read, b: Read): boolean {
  const length = Math.min(a.samples.length, b.samples.length)
  for (let i = 0; i < length; i++) if (!(Math.abs(a.samples[i]! - b.samples[i]!) <= TOLERANCE)) return false
  return length > 0
}
