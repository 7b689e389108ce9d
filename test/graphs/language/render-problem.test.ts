import { join } from 'node:path'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { renderProblem } from '../../../graphs/language/render-problem.js'
import { written } from './written.js'

test('place, excerpt, caret, sentence, hint', t => {
  const file = join(written(t, { 'a.yaml': 'one: 1\ntwo: { three: 3 }\n' }), 'a.yaml')
  const place = { file, line: 2, column: 8, length: 5, path: 'two.three' }
  const lines = renderProblem(new Problem('x', 'Three is four.', { place, hint: 'Write 4.' })).split('\n')
  t.deepEqual(lines, [
    `${file}:2:8  two.three`,
    '   2 | two: { three: 3 }',
    '     |        ^^^^^',
    '  Three is four.',
    '  Write 4.',
  ])
})

test('a long line is cut around the caret, which still stands under its word', t => {
  const file = join(written(t, { 'a.yaml': `${'x'.repeat(200)} wrong ${'y'.repeat(200)}` }), 'a.yaml')
  const [, excerpt, caret] = renderProblem(
    new Problem('x', 'No.', { place: { file, line: 1, column: 202, length: 5 } }),
  ).split('\n')
  t.true(excerpt!.length <= 100)
  t.is(excerpt!.slice(caret!.indexOf('^'), caret!.lastIndexOf('^') + 1), 'wrong')
})

test('without a place, or with a file that is gone, the words remain', t => {
  t.is(renderProblem(new Problem('x', 'No.')), '  No.')
  t.is(renderProblem(new Problem('x', 'No.', { place: { file: 'gone.yaml', line: 3 } })), 'gone.yaml:3\n  No.')
})

test('control characters never reach the terminal', t => {
  const text = renderProblem(new Problem('x', 'a\u001b[2Jb', { place: { file: 'e\u001bvil.yaml' } }))
  t.false(text.includes('\u001b'))
})
