import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { earshot, scratchFolder } from '../../earshot.js'

test('where there is no run, it says how one is made', async t => {
  const empty = scratchFolder('runs-none')
  writeFileSync(join(empty, 'notes.txt'), '')
  const { code, out } = await earshot(['runs', empty])
  t.is(code, 0)
  t.regex(out, /No runs below .*\.\/earshot train/)
})

test('a folder that is not there is a problem', async t => {
  const { code, error } = await earshot(['runs', join(scratchFolder('runs-none'), 'none')])
  t.is(code, 1)
  t.regex(error, /There is no folder/)
})
