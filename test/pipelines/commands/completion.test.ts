import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'ava'
import { earshot, scratchFolder } from '../../earshot.js'

const PROGRAM = resolve('dist/pipelines/commands/earshot.js')

test('bash completes verbs, their verbs, flags, and leaves the rest to files', async t => {
  const folder = scratchFolder('completion')
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin', 'earshot'), `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`)
  chmodSync(join(folder, 'bin', 'earshot'), 0o755)
  const { out } = await earshot(['completion', 'bash'])
  const completed = (...words: string[]) => {
    const line = `COMP_WORDS=(earshot ${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _earshot; echo "\${COMPREPLY[*]}"`
    const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` }
    const { stdout, stderr } = spawnSync('bash', ['-c', `${out}\n${line}`], { encoding: 'utf8', env })
    t.is(stderr, '')
    return stdout.trim().split('\n')
  }
  t.deepEqual(completed('emb'), ['embed'])
  t.deepEqual(completed('embed', 'runs/mine', '--lev'), ['--level'])
  t.deepEqual(completed('data', 'sp'), ['split'])
  t.deepEqual(completed('embed', 'runs/'), [''])
})
