import test from 'ava'
import type { Heard, ShiftedPatch } from '../../../../pipelines/evaluation/consistency/shifted-patches.js'
import { SHIFTS } from '../../../../pipelines/evaluation/consistency/shifts.js'
import { type ClipTally, cosine, figuresOf, Tally } from '../../../../pipelines/evaluation/consistency/tally.js'

const heard = (embedding: number[], logits?: number[]): Heard => ({
  embedding: Float32Array.from(embedding),
  ...(logits && { logits: Float32Array.from(logits) }),
})
/** The same along both axes. */
const patch = (all: Heard[], last: boolean): ShiftedPatch => ({ clip: 0, last, heard: { time: all, frequency: all } })

test('cosine', t => {
  t.is(cosine(Float32Array.of(1, 0), Float32Array.of(0, 2)), 0)
  t.true(Math.abs(cosine(Float32Array.of(3, 4), Float32Array.of(6, 8)) - 1) < 1e-12)
  t.is(cosine(Float32Array.of(0, 0), Float32Array.of(0, 0)), 1)
  t.is(cosine(Float32Array.of(0, 0), Float32Array.of(1, 0)), 0)
})

test('a clip is the mean of its patches, and its class the largest mean probability', t => {
  const tally = new Tally()
  const [a, b] = [
    [1, 0],
    [0, 1],
  ]
  const sure = heard(a, [4, 0])
  // patch one: class 0, but class 1 under the largest shift; patch two: always class 1, less surely
  t.is(tally.add(patch([sure, sure, sure, heard(b, [0, 1])], false)), undefined)
  const weak = heard(b, [0, 0.5])
  const clip = tally.add(patch([weak, weak, weak, weak], true))!
  t.deepEqual(
    clip.time.map(({ same }) => same),
    [1, 1, 1, 0.5],
  )
  t.deepEqual(
    clip.time.map(({ cosine }) => cosine),
    [1, 1, 1, 0.5],
  )
  t.deepEqual(
    clip.time.map(({ top }) => top),
    [0, 0, 0, 1],
  )
  t.deepEqual(clip.frequency, clip.time)
  const next = tally.add(patch([weak, weak, weak, weak], true))!
  t.deepEqual(
    next.time.map(({ same }) => same),
    [1, 1, 1, 1],
  )
})

test('without a classifier there are cosines alone', t => {
  const clip = new Tally().add(
    patch(
      SHIFTS.map(() => heard([1, 2])),
      true,
    ),
  )!
  t.deepEqual(Object.keys(clip.time[0]!), ['cosine'])
  const { time } = figuresOf([clip], { labels: [0], units: ['a'] })
  t.deepEqual(Object.keys(time[0]!).sort(), ['cosine', 'shift'])
})

const clip = (same: number, top: number): ClipTally => {
  const shifts = SHIFTS.map((shift, at) => ({ same: at === 0 ? 1 : same, top, cosine: 1 - shift / 10 }))
  return { time: shifts, frequency: shifts }
}

test('every clip counts alike; recognition by class', t => {
  const clips = [clip(1, 0), clip(0.5, 0), clip(0, 0), clip(0.5, 1)]
  const { time } = figuresOf(clips, { labels: [0, 0, 0, 0].with(3, 2), units: ['a', 'b', 'c', 'd'] })
  t.deepEqual(
    time.map(({ shift }) => shift),
    [...SHIFTS],
  )
  t.is(time[0]!.same!.value, 1)
  t.is(time[2]!.same!.value, 0.5)
  t.is(time[1]!.accuracy, 0.75)
  t.is(time[1]!.balanced, 0.5)
  const [low, high] = time[2]!.same!.interval
  t.true(low < 0.5 && high > 0.5 && low >= 0 && high <= 1)
})

test('clips of one unit are drawn together: of one unit alone nothing varies', t => {
  const clips = [clip(1, 0), clip(0, 0)]
  const { time } = figuresOf(clips, { units: ['kit', 'kit'] })
  t.deepEqual(time[1]!.same!.interval, [0.5, 0.5])
  t.is(time[1]!.accuracy, undefined)
})
