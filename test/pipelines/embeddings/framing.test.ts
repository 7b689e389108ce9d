import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import { cutPatch, patchStarts } from '../../../pipelines/embeddings/framing.js'

const ramp = (frames: number, bands = 1) => ({
  frames,
  bands,
  read: (start: number, count: number) => Float32Array.from({ length: count * bands }, (_, at) => start * bands + at),
})

testProp(
  'patches start every hop, all fit, and less than a hop is left over',
  [fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 })],
  (t, total, frames, hop) => {
    const starts = patchStarts(total, { frames, hop })
    t.deepEqual(
      starts,
      starts.map((_, index) => index * hop),
    )
    if (total < frames) t.deepEqual(starts, [0])
    else {
      t.true(starts.at(-1)! + frames <= total)
      t.true(starts.at(-1)! + hop + frames > total)
    }
  },
)

test('a patch holds the frames from its start', t => {
  t.deepEqual([...cutPatch(ramp(10, 2), 3, 2)], [6, 7, 8, 9])
})

test('a clip shorter than a patch is repeated', t => {
  t.deepEqual([...cutPatch(ramp(3), 0, 8)], [0, 1, 2, 0, 1, 2, 0, 1])
})
