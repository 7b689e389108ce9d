/** Which events a trained frame classifier hears in sounds, beside those that are known. */
import type { Annotation } from '../../../data/annotations/annotation.js'
import type { Prepared } from '../../../graphs/streams/prepare.js'
import { type ClassEvent, demandEvents, eventsIn } from '../../../stages/audio/activity.js'
import { sigmoid } from '../../statistics/links.js'
import { tell } from '../../terminal/say.js'
import type { Detected, DetectOptions } from './detect-options.js'
import { type Detector, startDetector } from './hear-moments.js'
import { eventsAbove, type Moments, medianFiltered } from './moments.js'
import { tuned } from './tune.js'

export interface Detection {
  run: string
  step: number
  classes: readonly string[]
  /** Probability from which each class counts as heard, and over how many moments a median is taken first. */
  thresholds: readonly number[]
  median: number
  /** Seconds of a moment. */
  moment: number
  prepared: Prepared
  /** By clip: what was said after the median, the events of it, and what is known; that is absent where nobody annotated. */
  clips: { moments: Moments; said: ClassEvent[]; known: ClassEvent[] | undefined; seconds: number }[]
}

/** @throws Problem those of `demandEvents` on the sounds to tune on, of `startDetector`, and as `classify` throws them */
export async function detect(options: DetectOptions): Promise<Detection> {
  const detector = await startDetector(options.run, options)
  try {
    const { settings, step, moment } = detector
    const { classes } = settings
    const chosen = await choose(detector, options.tune)
    const thresholds = chosen.thresholds.map(sigmoid)
    const { prepared, clips } = await detector.hear(options.sounds)
    return {
      ...{ run: options.run, step, classes, thresholds, median: chosen.median, moment, prepared },
      clips: clips.map(({ edges, logits, seconds }, at) => {
        const clip = prepared.clips[at]!
        const all = { edges, classes: classes.length, values: logits.map(sigmoid) }
        const moments = medianFiltered(all, chosen.median)
        const known = clip.events && eventsIn(clip, settings)
        return { moments, said: eventsAbove(moments, thresholds), known, seconds }
      }),
    }
  } finally {
    await detector.close()
  }
}

/** By annotated sounds; without them every class is heard from a logit of 0 on. */
async function choose({ settings, moment, hear }: Detector, tune: string | undefined) {
  const { classes } = settings
  if (tune === undefined) return { thresholds: classes.map(() => 0), median: 1 }
  const { prepared, clips } = await hear(tune)
  tell(demandEvents(prepared.clips, { ...settings, others: 'leave-out', overlaps: 'join' }))
  const known = clips.flatMap((clip, at) => {
    const heard = prepared.clips[at]!
    return heard.events ? [{ ...clip, known: eventsIn(heard, settings) }] : []
  })
  return tuned(known, classes.length, moment)
}

/** Seconds from the start of the file; the score is the mean probability over the event. What windows part is one event. */
export function annotationsOf({ clips, classes, prepared }: Detection): Annotation[] {
  const all = clips.flatMap(({ said, moments }, at): Annotation[] => {
    const { path, start = 0 } = prepared.clips[at]!
    return said.map(({ onset, offset, class: own }) => {
      const inside = moments.edges.flatMap((edge, moment) =>
        edge >= onset && edge < offset ? [moments.values[moment * moments.classes + own]!] : [],
      )
      const score = inside.reduce((sum, value) => sum + value, 0) / inside.length
      const [from, to] = [onset, offset].map(seconds => Number((start + seconds).toFixed(3))) as [number, number]
      return { path, start: from, end: to, label: classes[own]!, more: { score: Number(score.toFixed(4)) } }
    })
  })
  const joined: Annotation[] = []
  const order = (one: Annotation, other: Annotation) =>
    one.path.localeCompare(other.path) || one.label.localeCompare(other.label) || one.start - other.start
  for (const event of all.sort(order)) {
    const last = joined.at(-1)
    if (last?.path === event.path && last.label === event.label && event.start <= last.end)
      last.end = Math.max(last.end, event.end)
    else joined.push(event)
  }
  return joined
}

/** What the package gives. */
export function detectedOf(detection: Detection): Detected {
  const { step, classes, thresholds } = detection
  const events = annotationsOf(detection).map(({ path, start, end, label, more }) => ({
    ...{ path, start, end, label },
    score: Number(more?.score),
  }))
  return { step, classes, thresholds, events }
}
