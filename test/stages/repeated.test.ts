import test from 'ava'
import { repeated } from '../../stages/sample-arrays.js'
import { fc, testProp } from '../properties.js'

testProp(
  'value i is value i modulo how many there are',
  [fc.float32Array({ minLength: 1, maxLength: 20, noNaN: true }), fc.nat({ max: 100 })],
  (t, values, length) => {
    const found = repeated(values, length)
    t.deepEqual(
      [...found],
      Array.from({ length }, (_, at) => values[at % values.length]!),
    )
    t.not(found, values)
  },
)

test('nothing cannot be repeated', t => t.throws(() => repeated(new Float32Array(), 3), { instanceOf: RangeError }))
