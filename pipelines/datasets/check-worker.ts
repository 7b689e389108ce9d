/** The file each thread of a check runs: one clip examined, or two clips laid over each other. */
import { type Overlay, sameSound } from '../../data/fingerprints/same-sound.js'
import { FINGERPRINT_RATE } from '../../data/fingerprints/sub-fingerprints.js'
import { Problem } from '../../data/problem.js'
import { type Sound, soundAt } from '../../stages/audio/signal/sound.js'
import { inOne } from '../../stages/audio/signal/whole-sound.js'
import { type Examined, examineClip } from './examine-clip.js'

export type CheckTask =
  | { kind: 'examine'; sound: Sound }
  | {
      kind: 'align'
      a: Sound
      b: Sound
      /** Samples at `FINGERPRINT_RATE`: what stands at t in `a` stands at t + lag in `b`. */
      lag: number
      slack: number
      /** Samples at that rate, by the examination. */
      lengths: [a: number, b: number]
    }

/** Gives a task to one of the threads. */
export type Run = <Result>(task: CheckTask) => Promise<Result>

export interface Refused {
  code: string
  message: string
}

/** Laid over at most so many seconds: the first ones that both clips hold. */
const LONGEST = 30
/** Samples kept decoded: 64 MB. */
const KEPT = 16e6

export default async function answer(task: CheckTask): Promise<Examined | Refused | Overlay | undefined> {
  if (task.kind === 'align') return aligned(task)
  try {
    return await examineClip(task.sound)
  } catch (error) {
    if (error instanceof Problem) return { code: error.code, message: error.message }
    throw error
  }
}

async function aligned({ a, b, lag, slack, lengths }: CheckTask & { kind: 'align' }): Promise<Overlay | undefined> {
  const from = Math.max(0, -lag)
  const length = Math.min(lengths[0] - from, lengths[1] - from - lag)
  const [left, right] = [stretch(a, from, length, lengths[0]), stretch(b, from + lag, length, lengths[1])]
  const [x, y] = [await sounds(left.sound), await sounds(right.sound)]
  const known = sameSound(x, y, lag + left.first - right.first, slack)
  if (!known) return undefined
  const shift = right.first - left.first
  return { ...known, lag: known.lag + shift, from: known.from + left.first, to: known.to + left.first }
}

/** The first seconds of what the other clip holds too; the whole clip if it is not long. */
function stretch(sound: Sound, from: number, length: number, total: number): { sound: Sound; first: number } {
  if (total <= LONGEST * FINGERPRINT_RATE) return { sound, first: 0 }
  const start = (sound.start ?? 0) + from / FINGERPRINT_RATE
  const end = start + Math.min(LONGEST, length / FINGERPRINT_RATE)
  return { sound: { ...sound, start, end }, first: from }
}

const kept = new Map<string, Float32Array>()
let total = 0

async function sounds(sound: Sound): Promise<Float32Array> {
  const key = JSON.stringify([sound.path, sound.start, sound.end])
  const known = kept.get(key)
  kept.delete(key)
  const samples = known ?? (await inOne(soundAt(FINGERPRINT_RATE, sound)))
  if (!known) total += samples.length
  kept.set(key, samples)
  for (const [oldest, { length }] of kept) {
    if (total <= KEPT || oldest === key) break
    kept.delete(oldest)
    total -= length
  }
  return samples
}
