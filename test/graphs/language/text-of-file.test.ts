/** Files in other encodings than UTF-8: said what they are, and where. */
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { textOfFile } from '../../../graphs/language/text-of-file.js'

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : Uint8Array.from(part))))

test('UTF-8 is read, with and without its mark, with either kind of line ends', t => {
  t.is(textOfFile(bytes('a: ü\nb: 1\r\n'), 'f'), 'a: ü\nb: 1\r\n')
  t.is(textOfFile(bytes([0xef, 0xbb, 0xbf], 'a: 1\n'), 'f'), 'a: 1\n')
  t.is(textOfFile(bytes(''), 'f'), '')
})

for (const [name, given, message, spot] of [
  ['UTF-16', bytes([0xff, 0xfe], Buffer.from('a: 1', 'utf16le').toJSON().data), /UTF-16/, {}],
  ['UTF-16, the other way round', bytes([0xfe, 0xff, 0, 0x61]), /UTF-16/, {}],
  ['UTF-16 without a mark', Buffer.from('a: 1', 'utf16le'), /zero bytes/, {}],
  ['Latin-1', bytes('a: 1\nb: vö', [0xfc], '\n'), /not UTF-8/, { line: 2, column: 6 }],
  ['Latin-1 at the end of the file', bytes('a: 1\nb: ', [0xe4]), /not UTF-8/, { line: 2, column: 4 }],
  ['old line ends', bytes('a: 1\rb: 2\r'), /CR alone/, {}],
] as const)
  test(`${name} is told`, t => {
    const problem = textOfFile(given, 'f') as Problem
    t.true(problem instanceof Problem)
    t.regex(problem.message, message)
    t.like(problem.place, { file: 'f', ...spot })
  })
