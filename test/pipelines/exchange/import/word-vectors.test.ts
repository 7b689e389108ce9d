/** Vectors of texts from vectors of words, through the command line. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openEmbeddings } from '../../../../data/arrow/arrow-reader.js'
import { earshot, scratchFolder } from '../../../earshot.js'
import { FLOAT32, near } from '../../../engine/near.js'

const folder = scratchFolder('word-vectors')

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

/** As fastText ships them; `new york` is a word there, and `bye` comes again. */
const VECTORS = '4 2\nhello 1 2\nbye 3 4\nnew york 5 6\nSir -1e-2 8\nbye 9 9\n'
const vectors = written('words.vec', VECTORS)
const texts = written('texts.tsv', 'text\twords\nhello\t\nbyebye\tbye bye\nhellosir\tHello Sir hm\n')
const output = join(folder, 'texts.arrow')
const imported = (file: string, table: string, to = output) =>
  earshot(['import', 'word-vectors', file, '--texts', table, '-o', to])

test('a text has the mean of its words, as they stand there or in small letters; others are told', async t => {
  const { code, out, error } = await imported(vectors, texts)
  t.is(code, 0, error)
  t.regex(out, /texts\.arrow: 3 texts of 2 numbers\. Words that it does not have count for nothing: hm\./)
  t.regex(out, /stage: vectors, from: clip, file: .*texts\.arrow, by: label, size: 2/)
  const read = await openEmbeddings(output, 'embedding', 'text')
  const { clips, embedding, column } = await read.read()
  await read.close()
  t.deepEqual(clips, ['hello', 'byebye', 'hellosir'])
  t.deepEqual(column('words'), ['hello', 'bye bye', 'Hello Sir hm'])
  near(t, embedding, [1, 2, 3, 4, (1 - 0.01) / 2, (2 + 8) / 2], 'means', { unit: FLOAT32 })
})

test('tabs between the numbers, and no line of counts', async t => {
  const { code, out } = await imported(written('tabs.txt', 'hello\t1\t2\t3\nbye\t3\t4\t5\nsir\t1\t1\t1\n'), texts)
  t.is(code, 0)
  t.regex(out, /3 texts of 3 numbers/)
})

test('a byte order mark, blanks doubled, around lines and as words, empty lines: the same vectors', async t => {
  const odd = '\ufeffhello  1 2\r\n\r\n bye 3\t 4 \r\n  9 9\r\n\u00a0 9 9\r\nnew york 9 9\r\n\r\n'
  const file = join(folder, 'odd.arrow')
  const table = written('odd.tsv', 'text\twords\nhello\t\nbye\u0301\tbye\nbyé\tbye\n')
  const { code, error } = await imported(written('odd.vec', odd), table, file)
  t.is(code, 0, error)
  const read = await openEmbeddings(file, 'embedding', 'text')
  const { clips, embedding } = await read.read()
  await read.close()
  t.deepEqual(clips, ['hello', 'byé'], 'letters are composed, as those of labels are')
  t.deepEqual([...embedding], [1, 2, 3, 4])
})

const REFUSED: [string, string, string, RegExp][] = [
  ['a text of no known word', VECTORS, 'text\nhello\nciao\nuh-oh\n', /Of 2 of 3 texts no word is known: ciao, uh-oh/],
  ['no column text', VECTORS, 'word\nhello\n', /no column 'text'/],
  ['a row without a text', VECTORS, 'text\twords\n\thello\n', /:2: there is no text/],
  ['a line that is cut off', 'hello 1 2 3\nbye 1\n', 'text\nhello\n', /:2: 1 numbers, not 3/],
  ['a line without its last number', 'hello 1 2\nbye 1\n', 'text\nhello\n', /:2: 1 numbers, not 2/],
  ['other numbers than the first line says', '9 3\nhello 1 2\n', 'text\nhello\n', /:2: 2 numbers, not 3/],
  ['a packed file', '\x1f\ufffd\b\0 k\n', 'text\nhello\n', /:1: it is no text.*Unpack a \.gz/s],
  ['one text of other words', VECTORS, 'text\twords\nhello\tbye\nhello\tSir\n', /:3: 'hello' has other words.*bye/s],
  ['no texts', VECTORS, 'text\n', /there is no text/],
  ['what is no number', 'hello 1 two\n', 'text\nhello\n', /:1: not all that stands behind 'hello' is\s+a\s+number/],
  ['an empty file', '', 'text\nhello\n', /it is empty/],
]

for (const [name, words, table, says] of REFUSED)
  test(`refused: ${name}`, async t => {
    const of = (kind: string) => `${name.replaceAll(' ', '-')}.${kind}`
    const never = join(folder, of('arrow'))
    const { code, error } = await imported(written(of('txt'), words), written(of('tsv'), table), never)
    t.is(code, 1)
    t.regex(error, says)
    await t.throwsAsync(openEmbeddings(never), { message: /no such file/ })
  })

test('a file that is not there, no texts, and a file of vectors as output', async t => {
  t.regex((await imported(join(folder, 'none.vec'), texts)).error, /none\.vec: there is no such file/)
  t.regex((await earshot(['import', 'word-vectors', vectors])).error, /need a table of texts, and a file to write/)
  t.regex((await imported(vectors, texts, vectors)).error, /words\.vec/)
})
