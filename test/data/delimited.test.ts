import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import { DelimitedError, readDelimited } from '../../data/manifests/delimited.js'

const quote = (field: string) => `"${field.replaceAll('"', '""')}"`
const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\t', ' ', '\n', '\r\n', '😀') })
const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 5 }), { maxLength: 8 })
const delimiter = fc.constantFrom(',', '\t' as const)

testProp(
  'what was quoted by RFC 4180 comes back',
  [rows, delimiter, fc.constantFrom('\n', '\r\n'), fc.boolean()],
  (t, given, between, end, last) => {
    const text = given.map(row => row.map(quote).join(between)).join(end) + (last ? end : '')
    t.deepEqual(
      readDelimited(text, between as ',' | '\t').map(({ fields }) => fields),
      given,
    )
  },
)

test('lines are counted through quoted fields and empty lines', t => {
  t.deepEqual(readDelimited('a,b\n\n"x\ny",z\r\nlast,\n', ','), [
    { line: 1, fields: ['a', 'b'] },
    { line: 3, fields: ['x\ny', 'z'] },
    { line: 5, fields: ['last', ''] },
  ])
})

test('an open or continued quote is an error, with its line', t => {
  t.is(t.throws(() => readDelimited('a\n"b', ','), { instanceOf: DelimitedError })?.line, 2)
  t.is(t.throws(() => readDelimited('a\n"b"c', ','), { instanceOf: DelimitedError })?.line, 2)
})
