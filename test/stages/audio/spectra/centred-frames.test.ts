import test from 'ava'
import { CentredFrames, mirrored } from '../../../../stages/audio/spectra/centred-frames.js'
import { fc, testProp } from '../../../properties.js'

const SIZE = 16

function framesOf(count: number, block: number, hop: number): number[][] {
  const frames = new CentredFrames(SIZE, hop)
  const got: number[][] = []
  const take = () => {
    for (let i = 0; i < frames.count; i++) {
      const start = frames.first + i * hop
      got.push([...frames.sound.subarray(start, start + SIZE)])
    }
    frames.drop(frames.count)
  }
  for (let at = 0; at < count; at += block) {
    frames.push(Float32Array.from({ length: Math.min(block, count - at) }, (_, i) => 1 + at + i))
    take()
  }
  frames.finish()
  take()
  return got
}

testProp(
  'frame k holds the mirrored sound around sample k x hop, for every sound, cut and hop',
  [fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 130 }), fc.integer({ min: 1, max: SIZE })],
  (t, count, block, hop) => {
    const expected = Array.from({ length: 1 + Math.floor(count / hop) }, (_, k) =>
      Array.from({ length: SIZE }, (_, i) => 1 + mirrored(k * hop + i - SIZE / 2, count)),
    )
    t.deepEqual(framesOf(count, block, hop), expected)
  },
  { numRuns: 500 },
)

test('mirroring repeats neither end, as often as it must', t => {
  const indices = [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5]
  t.deepEqual(
    indices.map(index => mirrored(index, 3)),
    [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1],
  )
  t.is(mirrored(-7, 1), 0)
})
