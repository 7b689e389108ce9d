/** `earshot config`: the resolved document, and where each value comes from. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { earshot } from '../../earshot.js'

test('prints one document, each value with what set it; it is a config again', async t => {
  const { code, out } = await earshot([
    'config',
    'configs/quickstart.yaml',
    '--without',
    'mixed',
    '--set',
    'train.steps=5',
  ])
  t.is(code, 0)
  t.regex(
    out,
    /^# The resolved config of configs\/quickstart\.yaml;.*\n# Edits, in order:\n# +--without mixed\n# +--set train\.steps=5\n/,
  )
  t.regex(out, / {4}from: near # --without mixed\n/)
  t.regex(out, / {2}steps: 5 # --set train\.steps=5\n/)
  t.regex(out, / {4}size: 64 # configs\/quickstart\.yaml:\d+\n/)
  t.regex(out, / {4}bands: 64 # graphs\/contrastive-16k\.yaml:\d+\n/)
  t.false(out.includes('extends'))
  const folder = mkdtempSync(join(tmpdir(), 'earshot-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'again.yaml'), out)
  const again = await earshot(['validate', join(folder, 'again.yaml')])
  t.is(again.code, 0, again.out)
})

test('--explain gives a line a value; --json is for tools', async t => {
  const { out } = await earshot(['config', 'configs/quickstart.yaml', '--explain'])
  t.regex(out, /^train\.steps +300 +configs\/quickstart\.yaml:\d+$/m)
  t.regex(out, /^nodes\.mel\.window +25 ms +graphs\/contrastive-16k\.yaml:\d+$/m)
  const origins = JSON.parse((await earshot(['config', 'configs/quickstart.yaml', '--explain', '--json'])).out)
  t.like(
    origins.find(({ path }: { path: string }) => path === 'train.steps'),
    { value: 300 },
  )
})

test('a document with mistakes is printed, the mistakes told', async t => {
  const { code, out, error } = await earshot(['config', 'configs/quickstart.yaml', '--set', 'train.stepz=5'])
  t.is(code, 1)
  t.regex(out, /stepz: 5/)
  t.regex(error, /train has no setting 'stepz'\. Did you mean 'steps'/)
})

test('every shipped config is sound', async t => {
  const files = readdirSync('configs')
    .filter(name => name.endsWith('.yaml') && name !== 'hubert-pool.yaml') // which wants what `cluster` makes first
    .map(name => join('configs', name))
  const { code, out } = await earshot(['validate', ...files])
  t.is(code, 0, out)
  for (const file of files) t.true(out.includes(`${file} is sound`), file)
})
