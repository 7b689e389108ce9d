/** Printed commands mean to a shell what they say: paths with blanks, quotes and signs stay one word each. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'ava'
import { command, fromHere } from '../../../pipelines/terminal/say.js'
import { fc, testProp } from '../../properties.js'

/** The words that a shell makes of a line. */
const words = (line: string) =>
  spawnSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' }).stdout.split('\0')

const name = fc.string({ minLength: 1, unit: fc.constantFrom(...'aü é\'"$`\\*;&|<>()#~!-/\n') })

testProp(
  'a value is one word, a list as many as it has',
  [name, fc.array(name, { minLength: 1 })],
  (t, one, many) => {
    t.deepEqual(words(command`train ${one} --files ${many} -o x`), ['train', one, '--files', ...many, '-o', 'x', ''])
  },
  { numRuns: 25 },
)

test('paths are as they are typed from here; this folder has a name, too', t => {
  t.deepEqual([process.cwd(), join(process.cwd(), 'a b'), '/x'].map(fromHere), ['.', 'a b', '/x'])
})

test('what needs no quotes has none', t => {
  t.is(
    command`./earshot train --run ${'runs/vögel-1@best'} --resume`,
    './earshot train --run runs/vögel-1@best --resume',
  )
  t.is(command`./earshot embed ${"my run's"} ${['a b.wav', 'c.wav']}`, `./earshot embed 'my run'\\''s' 'a b.wav' c.wav`)
})
