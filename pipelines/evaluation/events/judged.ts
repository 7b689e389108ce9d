/** How right detections are: F1 by segments and events, detection scores over all thresholds, beside those of other runs. */
import type { Clip } from '../../../stages/values.js'
import { type Interval, interval, resampled } from '../../statistics/scores.js'
import { inPercent, range, signed } from '../../terminal/numbers.js'
import { textTable } from '../../terminal/text-table.js'
import type { Detection } from './detect.js'
import { eventCounts, type FScores, fScores, segmentCounts } from './event-counts.js'
import { psds, SCENARIOS } from './psds.js'

/** Segments of a second, and onsets within 200 ms: as DCASE has it. */
const COUNTS = { 'segment F1': segmentCounts(1), 'event F1': eventCounts(0.2) }
type FName = keyof typeof COUNTS
type Area = keyof typeof SCENARIOS

interface Figure {
  value: number
  interval: Interval
}

export interface Judged {
  run: string
  /** By figure: mean over classes, with its interval, and all classes together. */
  scores: Record<FName, FScores & { interval: Interval }>
  psds: Record<Area, Figure>
  /** The first run minus this one, F1 of the mean over classes; absent of the first. */
  minus?: Record<FName | Area, Figure>
}

/** On the clips that all have heard and somebody has annotated. @param unitOf what is resampled whole */
export function judge(detections: readonly Detection[], unitOf: (clip: Clip) => string): Judged[] {
  const all = detections.map(annotatedClips)
  const shared = [...all[0]!.keys()].filter(id => all.every(clips => clips.has(id)))
  const heard = all.map(clips => shared.map(id => clips.get(id)!))
  const measures = detections.map(({ classes }, at) => {
    const counted = byName(name => heard[at]!.map(({ known, said }) => COUNTS[name](known, said, classes.length)))
    const areas = byArea(area => psds(heard[at]!, classes.length, SCENARIOS[area]))
    return (weights?: ArrayLike<number>) => ({
      scores: byName(name => fScores(counted[name], weights)),
      areas: byArea(area => areas[area](weights)),
    })
  })
  const units = heard[0]!.map(({ clip }) => unitOf(clip))
  const whole = measures.map(measure => measure())
  const figures = whole.map(figuresOf)
  const drawn = resampled(units, measures, { seed: 0 }).map(draws => draws.map(figuresOf))
  const draws = (at: number, name: FName | Area) => drawn[at]!.map(figure => figure[name])
  return detections.map(({ run }, at) => {
    const less = (name: FName | Area): Figure => ({
      value: figures[0]![name] - figures[at]![name],
      interval: interval(draws(at, name).map((value, draw) => drawn[0]![draw]![name] - value)),
    })
    const { scores, areas } = whole[at]!
    return {
      run,
      scores: byName(name => ({ ...scores[name], interval: interval(draws(at, name)) })),
      psds: byArea(area => ({ value: areas[area], interval: interval(draws(at, area)) })),
      ...(at > 0 && { minus: { ...byName(less), ...byArea(less) } }),
    }
  })
}

/** Means over classes, and areas. */
const figuresOf = ({ scores, areas }: { scores: Record<FName, FScores>; areas: Record<Area, number> }) => ({
  ...byName(name => scores[name].macro),
  ...areas,
})

const byArea = <Value>(of: (area: Area) => Value): Record<Area, Value> => ({ psds1: of('psds1'), psds2: of('psds2') })

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
  const area = ({ value, interval }: Figure) => `${value.toFixed(3)} ${range(interval, end => end.toFixed(3))}`
  const rows = judged.map(({ run, scores, psds }) => [
    ...[run, cell(scores['segment F1']), cell(scores['event F1']), area(psds.psds1), area(psds.psds2)],
  ])
  const minus = judged.flatMap(({ run, minus }) =>
    Object.entries(minus ?? {}).map(([name, { value, interval }]) => {
      const text = name in SCENARIOS ? thousandths : signed
      return `minus ${run}, ${name}: ${text(value)} ${range(interval, text)}`
    }),
  )
  return [
    ...textTable([['run', 'segment F1, 1 s', 'event F1, 200 ms', 'PSDS 1', 'PSDS 2'], ...rows], { ruled: true }),
    ...(minus.length > 0 ? ['', ...minus] : []),
  ]
}

const thousandths = (value: number) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`
