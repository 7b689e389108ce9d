import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { streamOf } from '../../../graphs/streams/draws.js'
import crop, { randomExcerpt } from '../../../stages/audio/crop.js'
import { type ItemStage, ParameterProblem } from '../../../stages/contract.js'
import type { Recording } from '../../../stages/values.js'

const stage = crop as ItemStage
const port = { kind: 'recording', rate: 100 } as const
const out = (length: unknown) => stage.out({ from: port }, stage.parameters.parse({ length }))

const counting = (samples: number): Recording => ({
  rate: 100,
  samples,
  read: (start, count) => Float32Array.from({ length: count }, (_, i) => start + i),
  async *blocks() {},
})

test('length in seconds becomes samples at the rate that arrives', t => {
  t.deepEqual(out('250 ms'), { kind: 'excerpt', rate: 100, samples: 25 })
  const problem = t.throws(() => out('2 ms'), { instanceOf: ParameterProblem, message: /one sample at 100 Hz/ })
  t.is(problem.parameter, 'length')
})

test('every place where the excerpt fits comes up equally often', t => {
  const counts = new Map<number, number>()
  for (let i = 0; i < 4000; i++) {
    const excerpt = randomExcerpt(counting(13), 10, streamOf(`${i}`))
    t.is(excerpt.length, 10)
    t.is(excerpt[9]! - excerpt[0]!, 9)
    counts.set(excerpt[0]!, (counts.get(excerpt[0]!) ?? 0) + 1)
  }
  t.deepEqual([...counts.keys()].sort(), [0, 1, 2, 3])
  for (const count of counts.values()) t.true(Math.abs(count - 1000) < 120)
})

test('a recording of just that length is taken whole', t => {
  t.deepEqual(randomExcerpt(counting(10), 10, streamOf('x')), Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
})

test('a shorter one is a problem that says what to write', t => {
  const problem = t.throws(() => randomExcerpt(counting(120), 200, streamOf('x')), { instanceOf: Problem })
  t.is(problem.code, 'clip-too-short')
  t.is(problem.message, 'The recording is 1.2 s long, and crop takes 2 s.')
  t.regex(problem.hint!, /'at-least: 2 s' at the waveform node/)
})
