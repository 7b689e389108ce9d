import { readFileSync } from 'node:fs'
import test from 'ava'
import { explained } from '../../../graphs/language/describe-stage.js'
import { findStages, loadStages } from '../../../stages/registry.js'
import { earshot, start } from '../../earshot.js'

test('every stage is listed with its summary, under its folder', async t => {
  const { code, out } = await earshot(['list'])
  t.is(code, 0)
  t.regex(out, /^audio$/m)
  for (const { name, summary } of (await loadStages()).values()) {
    t.regex(out, new RegExp(`^ {2}${name} `, 'm'))
    t.true(out.replace(/\s+/g, ' ').includes(summary))
  }
  t.true(out.split('\n').every(line => line.length <= 100))
})

test('one stage: ports, parameters with default and unit, source, an example', async t => {
  const { out } = await earshot(['list', 'mix-back'])
  t.regex(out, /Source: Fonseca/)
  t.regex(out, /from +pair<patch>/)
  t.regex(out, /backgrounds +logmel of any clip, from the store/)
  t.regex(out, /ratio +list of 2, each a number .*default \[0, 0\.05\]/)
  t.regex(out, /\{ stage: mix-back, from: before, backgrounds: mel, ratio: \[0, 0\.05\], energy: equal \}/)
  t.regex((await earshot(['list', 'log-mel'])).out, /window +duration; default 0\.025 s\./)
})

test('every stage can be explained', async t => {
  for (const found of await findStages()) t.regex(explained(found), new RegExp(`stage: ${found.stage.name}[,} ]`))
})

test('--json carries the same', async t => {
  const [stage] = JSON.parse((await earshot(['list', 'batch', '--json'])).out)
  t.like(stage, { name: 'batch', folder: 'sinks', runsIn: 'batch' })
  t.like(stage.parameters[0], { name: 'size', default: 128, required: false })
})

test('a misspelt stage is guessed, exit 1', async t => {
  const { code, error } = await earshot(['list', 'mixback'])
  t.is(code, 1)
  t.regex(error, /There is no stage 'mixback'\. Did you mean 'mix-back'\?/)
})

test('stages/README.md is up to date (./earshot list --markdown > stages/README.md), and its links lead somewhere', async t => {
  const page = readFileSync('stages/README.md', 'utf8')
  t.is((await earshot(['list', '--markdown'])).out, page)
  for (const [, file] of page.matchAll(/\]\(([\w/-]+\.ts)\)/g)) t.notThrows(() => readFileSync(`stages/${file}`))
})

test('a reader that stops early is no error', async t => {
  const { process: child, end } = start(['list', '--json'])
  child.stdout!.destroy()
  const { code, error } = await end
  t.is(code, 0)
  t.is(error, '')
})
