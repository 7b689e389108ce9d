/** What is wrong with the clips of data sets: one pass over the sound, then the pairs that may be the same. */
import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import { readClips } from '../../data/manifests.js'
import { tell } from '../terminal/say.js'
import type { CheckTask, Refused, Run } from './check-worker.js'
import { findCopies, type OnPass, type Pairs } from './copies.js'
import type { CheckedClip, Examined } from './examine-clip.js'
import { type Finding, findingsOf } from './findings.js'
import { stretchFindings } from './stretch-findings.js'

export interface CheckReport extends Pairs {
  version: 1
  sets: { name: string; clips: number; seconds: number; reference: boolean }[]
  findings: Finding[]
}

/** What is to be checked. */
export interface CheckOptions {
  sets: readonly string[]
  /** Sets whose own faults are not reported, and in which copies are looked for. */
  against: readonly string[]
  onPass?: OnPass | undefined
}

/** @throws Problem as `readClips` */
export async function checkSets({ sets, against, onPass }: CheckOptions): Promise<CheckReport> {
  const lists = await Promise.all(
    [...sets, ...against].map(async (set, i) => {
      const { clips, notes = [] } = await readClips(set)
      tell(notes)
      return clips.map(clip => ({ ...clip, set, reference: i >= sets.length }))
    }),
  )
  const clips: CheckedClip[] = lists.flat()
  const threads = new Piscina<CheckTask, unknown>({
    filename: new URL('./check-worker.js', import.meta.url).href,
    maxThreads: Math.max(1, availableParallelism()),
  })
  try {
    const run = <Result>(task: CheckTask) => threads.run(task) as Promise<Result>
    const examined = await examineAll(clips, run, onPass)
    const { copies, alike } = await findCopies(clips, examined, run, onPass)
    return {
      version: 1,
      sets: [...sets, ...against].map((name, i) => ({
        ...{ name, clips: lists[i]!.length, reference: i >= sets.length },
        seconds: secondsOf(clips, examined, name),
      })),
      findings: [
        ...clips.flatMap((clip, i) => (clip.reference ? [] : findingsOf(clip, examined[i]!))),
        ...(await stretchFindings(clips.filter(({ reference }) => !reference))),
      ],
      copies,
      alike,
    }
  } finally {
    await threads.destroy()
  }
}

/** Clips of one stretch of one file are examined once. */
async function examineAll(
  clips: readonly CheckedClip[],
  run: Run,
  onPass: OnPass | undefined,
): Promise<(Examined | Refused)[]> {
  const known = new Map<string, Promise<Examined | Refused>>()
  const tick = onPass?.('listening', clips.length)
  return Promise.all(
    clips.map(async ({ path, start, end }) => {
      const key = JSON.stringify([path, start, end])
      const result = known.get(key) ?? run<Examined | Refused>({ kind: 'examine', sound: { path, start, end } })
      known.set(key, result)
      const examined = await result
      tick?.()
      return examined
    }),
  )
}

const secondsOf = (clips: readonly CheckedClip[], examined: readonly (Examined | Refused)[], set: string) =>
  clips.reduce((sum, clip, i) => {
    const one = examined[i]!
    return clip.set === set && 'seconds' in one ? sum + one.seconds : sum
  }, 0)
