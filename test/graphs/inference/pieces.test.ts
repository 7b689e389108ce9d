import test from 'ava'
import { pieceStarts } from '../../../graphs/inference/hearing.js'
import { pieceOf } from '../../../graphs/streams/pieces.js'
import type { LogMel } from '../../../stages/values.js'
import { fc, testProp } from '../../properties.js'

/** 100 f + b at frame f and band b. */
const counting = (frames: number, bands: number): LogMel => ({
  frames,
  bands,
  read: (start, count) =>
    Float32Array.from({ length: count * bands }, (_, at) => 100 * (start + Math.floor(at / bands)) + (at % bands)),
})
const patch = (frames: number, bands: number) => ({ kind: 'patch', rate: 10, hop: 1, frames, bands }) as const

testProp(
  'pieces start every hop, all fit, and less than a hop is left over',
  [fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 })],
  (t, total, length, hop) => {
    const starts = pieceStarts(total, { length, hop })
    t.deepEqual(
      starts,
      starts.map((_, index) => index * hop),
    )
    if (total < length) t.deepEqual(starts, [0])
    else {
      t.true(starts.at(-1)! + length <= total)
      t.true(starts.at(-1)! + hop + length > total)
    }
  },
)

test('a patch holds the frames from its start', t => {
  t.deepEqual(pieceOf(counting(10, 2), patch(2, 2), 0.3), Float32Array.of(300, 301, 400, 401))
})

test('a clip shorter than a patch is repeated', t => {
  t.deepEqual(pieceOf(counting(3, 1), patch(8, 1), 0), Float32Array.of(0, 100, 200, 0, 100, 200, 0, 100))
})

test('a piece that would reach over the end is the last whole one', t => {
  t.deepEqual(pieceOf(counting(5, 1), patch(2, 1), 0.4), Float32Array.of(300, 400))
})

test('bands of a wider spectrogram, from one on', t => {
  t.deepEqual(pieceOf(counting(9, 4), patch(2, 3), 0.5, 1), Float32Array.of(501, 502, 503, 601, 602, 603))
})

test('channels are cut at the same place', t => {
  const value = [counting(4, 1), counting(4, 1)]
  const both = { kind: 'channels', count: 2, of: patch(2, 1) } as const
  t.deepEqual(pieceOf(value, both, 0.1), [Float32Array.of(100, 200), Float32Array.of(100, 200)])
})

test('an excerpt of a recording', t => {
  const { frames: samples, read } = counting(8, 1)
  const recording = { samples, read, rate: 10, async *blocks() {} }
  t.deepEqual(pieceOf(recording, { kind: 'excerpt', rate: 10, samples: 3 }, 0.2), Float32Array.of(200, 300, 400))
})
