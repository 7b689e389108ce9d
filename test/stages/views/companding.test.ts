import test from 'ava'
import type { Patch } from '../../../stages/values.js'
import companding, { companded } from '../../../stages/views/companding.js'
import { fc, testProp } from '../../properties.js'
import { draws, patches, patchPort, runItem } from './support.js'

testProp(
  'every value is times the factor',
  [patches(), fc.double({ min: 0.01, max: 10, noNaN: true })],
  (t, patch, factor) => {
    const scaled = companded(patch, factor)
    t.true(patch.every((value, i) => scaled[i] === Math.fround(value * factor)))
  },
)

test('the factor is drawn inside its range, one for the whole patch', t => {
  const factors = Array.from({ length: 500 }, (_, i) => {
    const item = { from: new Float32Array(96).fill(1), rng: draws(`clip ${i}`) }
    const scaled = runItem(companding, { factor: [0.75, 1] }, { from: patchPort }, item) as Patch
    t.is(new Set(scaled).size, 1)
    return scaled[0]!
  })
  t.true(Math.min(...factors) >= 0.75 && Math.max(...factors) <= 1)
  t.true(Math.min(...factors) < 0.76 && Math.max(...factors) > 0.99)
})

test('a range the wrong way round is refused', t => {
  t.throws(() => companding.parameters.parse({ factor: [1, 0.75] }), { message: /lower end comes first/ })
})
