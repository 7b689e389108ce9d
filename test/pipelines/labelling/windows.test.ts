/** What a classifier gets to know of wide embeddings. */
import test from 'ava'
import { streamOf } from '../../../graphs/streams/draws.js'
import { learn, probabilities } from '../../../pipelines/labelling/learner.js'
import { narrowed } from '../../../pipelines/labelling/windows.js'

test('folded and projected, wide embeddings still tell the class of windows', t => {
  const rng = streamOf('wide windows')
  const [rows, dimensions, kinds] = [300, 1400, 10]
  const centres = Array.from({ length: kinds }, () => Array.from({ length: dimensions }, () => rng.normal()))
  const directions = Float32Array.from({ length: rows * dimensions }, (_, at) => {
    const [row, k] = [Math.floor(at / dimensions), at % dimensions]
    return centres[row % kinds]![k]! + rng.normal()
  })
  // the last row of the file is none of those chosen
  const windows = narrowed(
    { directions, dimensions },
    Array.from({ length: rows - 1 }, (_, row) => row),
  )
  t.deepEqual([windows.rows, windows.columns], [rows - 1, 128])
  const isOf = (row: number) => row % kinds === 0
  const answers = new Map(Array.from({ length: 150 }, (_, row) => [row, isOf(row)]))
  const scores = probabilities(windows, learn(windows, answers, [])!)
  const others = [...scores.keys()].filter(row => row >= 150).sort((a, b) => scores[b]! - scores[a]!)
  t.true(others.slice(0, 15).filter(isOf).length >= 13, 'of the 15 that there are')
})
