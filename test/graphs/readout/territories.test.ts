import test from 'ava'
import { pieceStarts } from '../../../graphs/inference/hearing.js'
import { territories } from '../../../graphs/readout/territories.js'
import { fc, testProp } from '../../properties.js'

testProp(
  'each moment counts once, in order, whatever overlaps',
  [fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 16 }), fc.constantFrom(1, 2, 4, 6, 12, 24)],
  (t, total, hop, frames) => {
    const length = 24
    const starts = pieceStarts(total, { length, hop })
    const step = length / frames
    const counted = territories({ starts, length, sound: [0, total] }, frames).flatMap(([first, end], patch) =>
      Array.from({ length: end - first }, (_, at) => starts[patch]! + (first + at + 0.5) * step),
    )
    t.true(counted.length >= 1)
    for (const [at, time] of counted.entries()) {
      if (at > 0) t.true(time > counted[at - 1]!, 'in order, none twice')
      t.true(time < total || at === 0, 'none beyond the sound')
    }
    // none is left out as far as patches reach, but for the steps where two patches meet
    const reach = Math.min(total, starts.at(-1)! + length)
    t.true(counted.length * step >= reach - step * starts.length - step)
  },
)

test('a moment between two patches belongs to the one in whose middle it lies', t => {
  const found = territories({ starts: [0, 48, 96], length: 96, sound: [0, 192] }, 6)
  t.deepEqual(found, [
    [0, 4],
    [1, 4],
    [1, 6],
  ])
})

test('of a sound that was repeated to fill a patch its own length counts, of a very short one a frame', t => {
  t.deepEqual(territories({ starts: [0], length: 96, sound: [0, 40] }, 6), [[0, 2]])
  t.deepEqual(territories({ starts: [0], length: 96, sound: [0, 2] }, 6), [[0, 1]])
})

test('silence around a sound counts for nothing; of a sound between the middles of frames the nearest counts', t => {
  t.deepEqual(territories({ starts: [0, 48], length: 96, sound: [30, 90] }, 6), [
    [2, 4],
    [1, 3],
  ])
  t.deepEqual(territories({ starts: [0, 48], length: 96, sound: [93, 95] }, 6), [
    [0, 0],
    [2, 3],
  ])
})
