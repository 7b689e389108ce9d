import test from 'ava'
import { statisticsSize, TimeStatistics } from '../../../graphs/readout/time-statistics.js'
import { near } from '../../engine/near.js'
import { fixture } from '../../engine/started.js'

interface Case {
  frames: number
  size: number
  parts: number
  values: number[]
  expected: number[]
}

const { statistics, cases } = fixture<{ statistics: string[]; cases: Case[] }>('readout/values.json')

for (const { frames, size, parts, values, expected } of cases)
  test(`${frames} frames of ${size} numbers in ${parts} parts: as NumPy`, t => {
    const timing = { statistics, parts }
    const read = new TimeStatistics(size, frames, timing)
    const all = Float32Array.from(values)
    for (let frame = 0; frame < frames; frame++) read.add(frame, all, frame * size)
    const found = read.take()
    t.is(found.length, statisticsSize(size, timing))
    near(t, found, expected, 'statistics')
  })

test('the deviation of large numbers that hardly differ is not lost', t => {
  const read = new TimeStatistics(1, 1000, { statistics: ['std'], parts: 1 })
  for (let frame = 0; frame < 1000; frame++) read.add(frame, Float32Array.of(4096 + (frame % 2)))
  near(t, read.take(), [0.5], 'deviation')
})

test('percentiles of an hour are those of evenly spaced frames', t => {
  const frames = 360_000
  const read = new TimeStatistics(1, frames, { statistics: ['p10', 'p90'], parts: 1 })
  for (let frame = 0; frame < frames; frame++) read.add(frame, Float32Array.of(frame / frames))
  const [low, high] = read.take()
  t.true(Math.abs(low! - 0.1) < 1e-3)
  t.true(Math.abs(high! - 0.9) < 1e-3)
})
