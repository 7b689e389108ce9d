/** How right detections are: F1 by segments and events, detection scores over all thresholds, beside those of other runs. */
import type { Clip } from '../../../stages/values.js'
import { type Interval, interval, type Measure, resampled } from '../../statistics/scores.js'
import { inPercent, range, signed } from '../../terminal/numbers.js'
import { textTable } from '../../terminal/text-table.js'
import type { Detection } from './detect.js'
import { eventCounts, type FScores, fScores, segmentCounts } from './event-counts.js'
import { psds, SCENARIOS, type Scenario } from './psds.js'

/** Segments of a second, and onsets within 200 ms: as DCASE has it. */
const COUNTS = { 'segment F1': segmentCounts(1), 'event F1': eventCounts(0.2) }
type FName = keyof typeof COUNTS

export interface Judged {
  run: string
  /** By figure: mean over classes, with its interval, and all classes together. */
  scores: Record<FName, FScores & { interval: Interval }>
  psds: Record<keyof typeof SCENARIOS, number>
  /** The first run minus this one, of the mean over classes; absent of the first. */
  minus?: Record<FName, { value: number; interval: Interval }>
}

/** On the clips that all have heard and somebody has annotated. @param unitOf what is resampled whole */
export function judge(detections: readonly Detection[], unitOf: (clip: Clip) => string): Judged[] {
  const all = detections.map(annotatedClips)
  const shared = [...all[0]!.keys()].filter(id => all.every(clips => clips.has(id)))
  const heard = all.map(clips => shared.map(id => clips.get(id)!))
  const counted = detections.map(({ classes }, at) =>
    byName(name => heard[at]!.map(({ known, said }) => COUNTS[name](known, said, classes.length))),
  )
  const scoresOf = (at: number, weights?: ArrayLike<number>) => byName(name => fScores(counted[at]![name], weights))
  const drawn = resampled(
    heard[0]!.map(({ clip }) => unitOf(clip)),
    detections.map(
      (_, at): Measure<Record<FName, FScores>> =>
        weights =>
          scoresOf(at, weights),
    ),
    { seed: 0 },
  ).map(draws => byName(name => draws.map(scores => scores[name].macro)))
  const first = scoresOf(0)
  return detections.map(({ run, classes }, at) => {
    const scores = scoresOf(at)
    const area = (scenario: Scenario) => psds(heard[at]!, classes.length, scenario)
    const less = (name: FName) => drawn[at]![name].map((value, draw) => drawn[0]![name][draw]! - value)
    return {
      run,
      scores: byName(name => ({ ...scores[name], interval: interval(drawn[at]![name]) })),
      psds: { psds1: area(SCENARIOS.psds1), psds2: area(SCENARIOS.psds2) },
      ...(at > 0 && {
        minus: byName(name => ({ value: first[name].macro - scores[name].macro, interval: interval(less(name)) })),
      }),
    }
  })
}

const byName = <Value>(of: (name: FName) => Value) =>
  Object.fromEntries(Object.keys(COUNTS).map(name => [name, of(name as FName)])) as Record<FName, Value>

function annotatedClips({ clips, prepared }: Detection) {
  return new Map(
    clips.flatMap((one, at) => {
      const clip = prepared.clips[at]!
      return one.known ? [[clip.id, { ...one, known: one.known, clip }] as const] : []
    }),
  )
}

/** A line a run. */
export function judgedText(judged: readonly Judged[]): string[] {
  const cell = ({ macro, interval, micro }: Judged['scores'][FName]) =>
    `${inPercent(macro)} ${range(interval, inPercent)}, all ${inPercent(micro)}`
  const rows = judged.map(({ run, scores, psds }) => [
    ...[run, cell(scores['segment F1']), cell(scores['event F1']), psds.psds1.toFixed(3), psds.psds2.toFixed(3)],
  ])
  const minus = judged.flatMap(({ run, minus }) =>
    Object.entries(minus ?? {}).map(
      ([name, { value, interval }]) => `minus ${run}, ${name}: ${signed(value)} ${range(interval, signed)}`,
    ),
  )
  return [
    ...textTable([['run', 'segment F1, 1 s', 'event F1, 200 ms', 'PSDS 1', 'PSDS 2'], ...rows], { ruled: true }),
    ...(minus.length > 0 ? ['', ...minus] : []),
  ]
}
