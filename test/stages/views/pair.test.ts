import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import type { Port } from '../../../stages/ports.js'
import pairStage from '../../../stages/views/pair.js'
import { logMelPort, outOf, patchPort, runItem } from './support.js'

const out = (a: Port, b: Port) => outOf(pairStage, {}, { a, b })

test('two patches become a pair', t => {
  const [a, b] = [Float32Array.from([1]), Float32Array.from([2])]
  t.deepEqual(out(patchPort, patchPort), { kind: 'pair', of: patchPort })
  t.deepEqual(runItem(pairStage, {}, { a: patchPort, b: patchPort }, { a, b }), { a, b })
})

test('two of different kind or shape are refused', t => {
  t.throws(() => out(patchPort, logMelPort), { instanceOf: ParameterProblem })
  t.throws(() => out(patchPort, { ...patchPort, frames: 13 }), {
    instanceOf: ParameterProblem,
    message: /12 x 8.*13 x 8/,
  })
})

test('pairs of pairs are refused', t => {
  const pair: Port = { kind: 'pair', of: patchPort }
  t.throws(() => out(pair, pair), { instanceOf: ParameterProblem })
})
