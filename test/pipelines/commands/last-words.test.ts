import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Problem, Problems } from '../../../data/problem.js'
import { lastWords } from '../../../pipelines/commands/last-words.js'
import { scratchFolder } from '../../earshot.js'

const caught = (work: () => void): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
}

test('what the system refuses is a sentence with the path, without a stack', async t => {
  const folder = scratchFolder('last words')
  writeFileSync(join(folder, 'file'), '')
  for (const [work, words] of [
    [() => readFileSync(folder), /a folder, not a file \(EISDIR\)/],
    [() => readFileSync(join(folder, 'absent')), /absent: there is no such file/],
    [() => mkdirSync(join(folder, 'file', 'below')), /file.below: a part of the path is a file/],
    [() => writeFileSync('/dev/full', 'x'), /the disk is full \(ENOSPC\)/],
  ] as const) {
    const said = await lastWords(caught(work))
    t.regex(said, words)
    t.notRegex(said, / {4}at /)
  }
  // from another thread: the code is lost, the message is not
  t.regex(await lastWords(new Error("EROFS: read-only file system, open '/a b/c'")), /^\s*\/a b\/c: .*read-only/)
})

test('problems are rendered; a mistake of Earshot shows where it was made and where to report it', async t => {
  t.is(await lastWords(new Problem('x', 'It is so.')), await lastWords(new Problems([new Problem('x', 'It is so.')])))
  const said = await lastWords(new TypeError("Cannot read properties of undefined (reading 'step')"))
  t.regex(said, /TypeError: .*\n {4}at /)
  t.regex(said, /mistake in Earshot\. Please report it/)
  t.regex(await lastWords('text'), /^text\n/)
})
