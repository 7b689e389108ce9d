import { dot, LANES, put, reserve } from '../../../../stages/audio/signal/dot-product.js'
import { fc, testProp } from '../../../properties.js'

const room = 64 * LANES
const [x, h] = [reserve(room), reserve(room)]
const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: LANES, maxLength: room })

testProp('is the sum of products, exact where whole numbers are', [numbers, numbers], (t, one, other) => {
  const count = Math.min(one.length, other.length) - (Math.min(one.length, other.length) % LANES)
  put(
    x,
    Float32Array.from(one, value => value % 50),
  )
  put(
    h,
    Float32Array.from(other, value => value % 50),
  )
  let sum = 0
  for (let i = 0; i < count; i++) sum += (one[i]! % 50) * (other[i]! % 50)
  t.is(dot(x, h, 4 * count) + 0, sum + 0)
})

testProp('begins anywhere', [fc.nat(30)], (t, from) => {
  put(
    x,
    Float32Array.from({ length: room }, (_, i) => i),
  )
  put(h, new Float32Array(LANES).fill(1))
  t.is(dot(x + 4 * from, h, 4 * LANES), 16 * from + 120)
})
