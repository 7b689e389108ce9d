import { CANCELLED_CHANNELS } from '../../data/decoding/mono.js'
import { percent } from '../terminal/numbers.js'
import type { Refused } from './check-worker.js'
import type { CheckedClip, Examined } from './examine-clip.js'

/** What is wrong with one clip or stretch. `clipped`, `odd` and `overlap` are warnings, the others are faults. */
export type Fault =
  | 'missing'
  | 'empty'
  | 'unreadable'
  | 'silent'
  | 'clipped'
  | 'odd'
  | 'wrong-length'
  | 'beyond-end'
  | 'milliseconds'
  | 'overlap'

export const WARNINGS: ReadonlySet<Fault> = new Set<Fault>(['clipped', 'odd', 'overlap'])

export interface Finding {
  kind: Fault
  set: string
  clip: string
  path: string
  /** A sentence. */
  detail: string
}

/** Peak below which a clip is silent: -80 dB of full scale. */
const SILENT = 1e-4
/** Share of samples at full scale from which a clip is clipped. */
const CLIPPED = 1e-3
/** Columns that state a clip's length in seconds. */
const LENGTHS = ['seconds', 'duration', 'length', 'duration_seconds']
/** Seconds, and share of the length, by which such a column may be wrong: lossy coders pad. */
const SLACK = { seconds: 0.1, share: 0.01 }

const KINDS: Record<string, Fault> = {
  'audio-missing': 'missing',
  'audio-empty': 'empty',
  'audio-no-samples': 'empty',
}

/** @param examined what listening told, or why it could not */
export function findingsOf(clip: CheckedClip, examined: Examined | Refused): Finding[] {
  const finding = (kind: Fault, detail: string): Finding => ({
    ...{ kind, set: clip.set, clip: clip.id, path: clip.path, detail },
  })
  if ('code' in examined) {
    if (examined.code === 'audio-beyond-end') return [] // told among the stretches
    return [finding(KINDS[examined.code] ?? 'unreadable', examined.message)]
  }
  const { peak, clipped, seconds, notes } = examined
  const found: Finding[] = []
  if (peak < SILENT) found.push(finding('silent', notes.find(isCancelled) ?? silence(peak)))
  else if (notes.length > 0) found.push(finding('odd', notes.join('; ')))
  if (clipped >= CLIPPED) found.push(finding('clipped', `${percent(clipped)} of its samples stand at full scale`))
  const stated = wrongLength(clip, seconds)
  if (stated) found.push(finding('wrong-length', stated))
  return found
}

function wrongLength({ labels }: CheckedClip, seconds: number): string | undefined {
  const slack = (stated: number) => Math.max(SLACK.seconds, SLACK.share * stated)
  for (const [column, value] of Object.entries(labels)) {
    const stated = Number(value)
    if (!LENGTHS.includes(column.toLowerCase()) || !(stated > 0)) continue
    if (Math.abs(stated - seconds) > slack(stated))
      return `column '${column}' says ${stated} s; it lasts ${seconds.toFixed(2)} s`
  }
  return undefined
}

const isCancelled = (note: string) => note === CANCELLED_CHANNELS

const silence = (peak: number) => (peak === 0 ? 'all samples are zero' : `its peak is ${decibels(peak)} dB`)

const decibels = (peak: number) => (20 * Math.log10(peak)).toFixed(0)
