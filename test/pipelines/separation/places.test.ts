import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readPlaces } from '../../../pipelines/separation/places.js'
import { scratchFolder } from '../../earshot.js'

test('no recording takes the place of the page or a list, none has too long a name, no two have one', async t => {
  const folder = scratchFolder('places')
  const long = 'ü'.repeat(120)
  const rows = [
    'index.html.flac',
    'skipped.jsonl.flac',
    'skipped-1-of-2.jsonl.flac',
    'INDEX.html.wav',
    'a.flac',
    'a.wav',
  ]
  const deep = [`${long}/${long}/${long}/1.flac`, `${long}/${long}/${long}/2.flac`]
  writeFileSync(join(folder, 'list.csv'), ['path', ...rows, ...deep, ''].join('\n'))
  for (const file of rows) writeFileSync(join(folder, file), '')
  const names = (await readPlaces(join(folder, 'list.csv'))).map(({ name }) => name)
  t.is(names.length, rows.length + deep.length)
  t.is(new Set(names).size, names.length)
  for (const name of names) {
    t.notRegex(name, /^(index\.html|skipped(-\d-of-\d)?\.jsonl)$/i)
    t.true(Buffer.byteLength(name) <= 255)
    t.notRegex(name, /\ufffd/)
  }
})
