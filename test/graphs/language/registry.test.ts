import { mkdirSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { parametersOf } from '../../../graphs/language/parameters.js'
import { RESERVED } from '../../../graphs/language/wiring.js'
import { findStages, loadStages, stagesNamed } from '../../../stages/registry.js'
import { written } from './written.js'

const stage = (name: string) =>
  `export default { name: '${name}', runsIn: 'item', parameters: {}, in: {}, out: () => {} }`

function root(t: Parameters<typeof written>[0], files: Record<string, string>): URL {
  const folder = written(t, {})
  mkdirSync(`${folder}/views`)
  writeFileSync(`${folder}/package.json`, '{ "type": "module" }')
  for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}/views/${name}`, text)
  return pathToFileURL(`${folder}/`)
}

test('what a file exports by default is a stage; other files are left alone', async t => {
  const found = await findStages(
    root(t, { 'one.js': stage('one'), 'maths.js': 'export const two = 2', 'one.d.ts': '' }),
  )
  t.deepEqual(
    found.map(({ stage, folder }) => [stage.name, folder]),
    [['one', 'views']],
  )
})

test('two stages of one name are refused with both files', async t => {
  const error = await t.throwsAsync(findStages(root(t, { 'one.js': stage('same'), 'two.js': stage('same') })))
  t.regex(error.message, /'same'.*one\.js.*two\.js/)
})

test('a stage lives in a file of its name, so that a graph loads those that it names alone', async t => {
  for (const { stage, file } of await findStages()) t.is(basename(file, '.js'), stage.name)
  const nodes = [{ stage: 'crop' }, { stage: 'nt-xent' }, { stage: 'crop' }]
  t.deepEqual([...(await loadStages([], nodes)).keys()], ['crop', 'nt-xent'])
  const broken = root(t, { 'one.js': stage('one'), 'two.js': 'throw new Error("it was loaded")' })
  t.is((await findStages(broken, new Set(['one']))).length, 1)
})

test('all stages are loaded where one of those that are named needs another', async t => {
  t.deepEqual([...(await stagesNamed(['vgg', 'batch'])).keys()].sort(), ['batch', 'vgg'])
  t.deepEqual([...(await stagesNamed(['vgg', 'batsh'])).keys()], ['vgg'])
  t.is((await stagesNamed(['log-mel-patch'])).size, (await loadStages()).size)
})

test('no parameter is called like a port or a word of the language', async t => {
  for (const stage of (await loadStages()).values()) {
    const taken = new Set([...Object.keys(stage.in), ...RESERVED, 'use'])
    for (const { name } of parametersOf(stage.parameters)) {
      t.false(taken.has(name), `${stage.name}.${name}`)
      t.regex(name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
    }
  }
})

test('every parameter of every stage says what it is for', async t => {
  for (const stage of (await loadStages()).values()) {
    for (const { name, doc } of parametersOf(stage.parameters)) t.truthy(doc, `${stage.name}.${name}`)
  }
})
