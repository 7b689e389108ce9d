import test from 'ava'
import { beginning, double, field, fieldsOf, joined, single, whole, wholes } from '../../engine/protobuf.js'
import { fc, testProp } from '../properties.js'

test('bytes as Google writes them', t => {
  t.deepEqual([...whole(1, 150)], [0x08, 0x96, 0x01])
  t.deepEqual([...whole(1, -1)], [0x08, ...Array.from({ length: 9 }, () => 0xff), 0x01])
  t.deepEqual([...field(2, 'testing')], [0x12, 7, ...Buffer.from('testing')])
  t.deepEqual([...field(3, whole(1, 150))], [0x1a, 0x03, 0x08, 0x96, 0x01])
  const [small, large] = [whole(1, 150), Uint8Array.from({ length: 300 }, (_, at) => at)]
  t.deepEqual([...joined([beginning(3, [small], large.length), large])], [...field(3, [small, large])])
  t.deepEqual([...whole(1, 2 ** 40)], [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20])
  t.deepEqual([...wholes(6, [3, 270, 86942])], [0x32, 6, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05])
  t.deepEqual([...single(4, 1)], [0x25, 0, 0, 0x80, 0x3f])
  t.deepEqual([...double(5, 1)], [0x29, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f])
})

testProp(
  'fields come back in their order, numbers of four and eight bytes are passed over',
  [fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.oneof(fc.nat(), fc.uint8Array())))],
  (t, fields) => {
    const parts = fields.map(([number, value]) =>
      typeof value === 'number' ? whole(number, value) : field(number, Uint8Array.from(value)),
    )
    const found = fieldsOf(joined(parts.flatMap(part => [part, single(3, 0.5), double(4, 0.5)])))
    t.deepEqual(
      found.map(({ number, value }) => [number, typeof value === 'number' ? value : [...value]]),
      fields.map(([number, value]) => [number, typeof value === 'number' ? value : [...value]]),
    )
  },
)
