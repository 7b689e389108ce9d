import test from 'ava'
import { DelimitedError, readDelimited, writeDelimited } from '../../data/manifests/delimited.js'
import { fc, testProp } from '../properties.js'

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

testProp('what is written is read again', [rows, delimiter], (t, given, between) => {
  t.deepEqual(
    readDelimited(writeDelimited(given, between), between).map(({ fields }) => fields),
    given,
  )
})

test('only what has to be is quoted; a field without a value is empty', t => {
  t.is(writeDelimited([['a b', 1.5, null, undefined, 'x\ty', '"', 'p,q']], '\t'), 'a b\t1.5\t\t\t"x\ty"\t""""\tp,q\n')
  t.is(writeDelimited([['p,q', 'x\ty']], ','), '"p,q",x\ty\n')
})

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
