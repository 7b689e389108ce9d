import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { demandFolder, demandOutput } from '../../data/output-file.js'
import { scratchFolder } from '../earshot.js'

const folder = scratchFolder('output file')
const put = (name: string, content: string) => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

test('an input is not written over, under whatever name', t => {
  const night = put('night.flac', 'fLaC')
  const [linked, hard] = [join(folder, 'linked.arrow'), join(folder, 'hard.arrow')]
  symlinkSync(night, linked)
  linkSync(night, hard)
  for (const output of [night, join(folder, '..', folder.split('/').at(-1)!, 'night.flac'), linked, hard])
    t.throws(() => demandOutput(output, 'Arrow', [night]), { code: 'output-is-input' }, output)
  t.is(readFileSync(night, 'utf8'), 'fLaC')
})

test('a file of another kind stays as it is, one of the same kind or an empty one gives way', t => {
  const notes = put('notes', 'dear diary')
  t.throws(() => demandOutput(notes, 'Arrow', []), { code: 'other-kind', message: /holds no Arrow/ })
  t.throws(() => demandOutput(notes, 'JSON', []), { code: 'other-kind' })
  t.notThrows(() => demandOutput(put('old.arrow', 'ARROW1\0\0'), 'Arrow', []))
  t.notThrows(() => demandOutput(put('old.json', '{}'), 'JSON', []))
  t.notThrows(() => demandOutput(put('old.html', '<!doctype html>'), 'HTML', []))
  t.notThrows(() => demandOutput(put('empty.arrow', ''), 'Arrow', []))
  t.notThrows(() => demandOutput(join(folder, 'new.arrow'), 'Arrow', []))
})

test('a device stays what it is, also behind a link', t => {
  const link = join(folder, 'device.arrow')
  symlinkSync('/dev/null', link)
  for (const output of ['/dev/null', link])
    t.throws(() => demandOutput(output, 'Arrow', []), { code: 'other-kind', message: /is a device or a pipe/ }, output)
})

test('a name that says another kind, and a folder', t => {
  const error = t.throws(() => demandOutput(join(folder, 'x.csv'), 'Arrow', []), { code: 'other-kind' })
  t.regex(error!.message, /would hold Arrow, and its name says \.csv/)
  mkdirSync(join(folder, 'sub.arrow'))
  t.throws(() => demandOutput(join(folder, 'sub.arrow'), 'Arrow', []), { message: /is a folder/ })
})

test('a folder of outputs is none of the inputs, no file, and no name in it is an input', t => {
  const sounds = join(folder, 'sounds')
  mkdirSync(sounds)
  t.throws(() => demandFolder(`${sounds}/`, [sounds]), { code: 'output-is-input' })
  const table = join(sounds, 'pruned.tsv')
  writeFileSync(table, 'clip\n')
  t.throws(() => demandFolder(sounds, [table], ['pruned.tsv']), { code: 'output-is-input', message: /pruned\.tsv/ })
  t.throws(() => demandFolder(table, []), { code: 'not-a-folder' })
  t.notThrows(() => demandFolder(sounds, [table], ['flagged.tsv']))
  t.notThrows(() => demandFolder(join(folder, 'new'), [sounds]))
})
