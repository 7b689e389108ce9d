import { readFileSync } from 'node:fs'
import test from 'ava'
import { eventCounts, fScores, segmentCounts } from '../../../../pipelines/evaluation/events/event-counts.js'
import { eventsAbove, type Moments, medianFiltered } from '../../../../pipelines/evaluation/events/moments.js'
import { psds } from '../../../../pipelines/evaluation/events/psds.js'
import { fitThresholds, surrogateGradient } from '../../../../pipelines/evaluation/events/thresholds.js'
import type { ClassEvent } from '../../../../stages/audio/activity.js'
import { FLOAT64, near } from '../../../engine/near.js'

interface Case {
  moment: number
  clips: { known: [number, number, number][]; values: number[][]; said: [number, number, number][] }[]
  segments: { macro: number; micro: number }
  events: { macro: number; micro: number }
  psds: Record<string, [number, number]>
  median5: number[][]
  thresholds: { logits: number[]; targets: number[]; at: number[]; f1: number; gradient: number[] }
}

const one: Case = JSON.parse(readFileSync('test/fixtures/events/case.json', 'utf8'))
const events = (rows: Case['clips'][number]['known']) =>
  rows.map(([onset, offset, own]): ClassEvent => ({ onset, offset, class: own }))
const clips = one.clips.map(({ known, values, said }) => {
  const edges = [...values.keys(), values.length].map(at => Number((at * one.moment).toFixed(6)))
  const moments: Moments = { edges, classes: 3, values: Float32Array.from(values.flat()) }
  return { known: events(known), said: events(said), moments, seconds: values.length * one.moment }
})

for (const [name, counted, expected] of [
  ['segments', segmentCounts(1), one.segments],
  ['events', eventCounts(0.2), one.events],
] as const)
  test(`F1 of ${name} is that of sed_eval`, t => {
    const { macro, micro } = fScores(clips.map(({ known, said }) => counted(known, said, 3)))
    near(t, [macro, micro], [expected.macro, expected.micro], name, { unit: FLOAT64 })
  })

test('the detection score is that of sed_scores_eval', t => {
  for (const [most, expected] of Object.entries(one.psds)) {
    const first = { detection: 0.7, event: 0.7, spreadWeight: 1 }
    const second = { detection: 0.5, event: 0.4, crossTrigger: 0.3, crossWeight: 0.5, spreadWeight: 1 }
    const found = [first, second].map(scenario => psds(clips, 3, scenario, Number(most))())
    near(t, found, expected, `psds to ${most}`, { unit: FLOAT64 })
  }
})

test('a clip that weighs two counts as two clips, one that weighs nothing as none', t => {
  const scenario = { detection: 0.5, event: 0.4, crossTrigger: 0.3, crossWeight: 0.5, spreadWeight: 1 }
  const weights = clips.map((_, at) => [2, 0, 1][at % 3]!)
  const repeated = clips.flatMap((clip, at) => Array<typeof clip>(weights[at]!).fill(clip))
  near(t, [psds(clips, 3, scenario)(weights)], [psds(repeated, 3, scenario)()], 'psds', { unit: FLOAT64 })
})

test('a threshold gives the events that the reference was given', t => {
  const found = clips.map(({ moments }) =>
    eventsAbove(moments, [Math.fround(0.55), Math.fround(0.55), Math.fround(0.55)]),
  )
  t.deepEqual(
    found,
    clips.map(({ said }) => said),
  )
})

test("medians are SciPy's", t => {
  const { values } = medianFiltered(clips[0]!.moments, 5)
  near(
    t,
    values,
    one.median5[0]!.flatMap((_, at) => one.median5.map(own => own[at]!)),
    'medians',
  )
})

test('the surrogate gradient of thresholds is that of PyTorch, and they begin and end no worse', t => {
  const { logits, targets, at, f1, gradient } = one.thresholds
  const given = { logits, targets, classes: 3 }
  const found = surrogateGradient(given, at)
  near(t, [found.score, ...found.gradient], [f1, ...gradient], 'gradient', { unit: FLOAT64 })
  t.true(surrogateGradient(given, fitThresholds(given)).score >= f1)
})

test('logits that tell all find the thresholds between', t => {
  const targets = [1, 0, 0, 1, 0, 0, 1, 1]
  const logits = targets.map((heard, at) => heard * 2 - (at % 2) * 3)
  const thresholds = fitThresholds({ logits, targets, classes: 2 })
  t.is(surrogateGradient({ logits, targets, classes: 2 }, thresholds).score, 1)
})

test('a class that is never there is said nowhere', t => {
  const thresholds = fitThresholds({ logits: [1, 5, 2, 4], targets: [1, 0, 0, 0], classes: 2 })
  t.true(thresholds[1]! > 5)
})
