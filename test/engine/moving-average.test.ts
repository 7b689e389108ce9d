import test from 'ava'
import { follow } from '../../engine/optimisers/moving-average.js'
import type { Variable } from '../../engine/variable.js'
import { valueAt } from '../../graphs/language/changing.js'
import { near } from './near.js'
import { engine, fixture, weightsFrom } from './started.js'

const { tf } = engine
const { start, moves, cases } = fixture<{
  start: number[]
  moves: number[][]
  cases: { momentum: number | [number, number]; average: number[] }[]
}>('moving-average/cases.json')

for (const { momentum, average: expected } of cases) {
  test(`after 100 steps with momentum ${momentum}, as NumPy has it`, t => {
    const { scope } = weightsFrom(1)
    const average = scope.weight('average', [6], () => Float32Array.from(start)) as Variable
    const of = scope.weight('of', [6], () => new Float32Array(6))
    const changing =
      typeof momentum === 'number'
        ? { at: [0], values: [momentum], between: 'hold' as const }
        : { at: [0, 'end' as const], values: momentum, between: 'cosine' as const }
    const before = tf.memory().numTensors
    for (const [step, values] of moves.entries()) {
      of.assign(tf.tensor1d(values))
      tf.tidy(() => follow(engine, average, of, tf.scalar(1 - valueAt(changing, step, moves.length))))
    }
    near(t, average.read().dataSync(), expected)
    t.true(tf.memory().numTensors <= before + 2)
  })
}
