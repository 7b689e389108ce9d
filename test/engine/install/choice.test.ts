import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import {
  chooseEngine,
  DEFAULT_CHOICE,
  engineKey,
  rememberChoice,
  rememberedChoice,
} from '../../../engine/install/choice.js'

test('the key tells TensorFlow, its wheel, tfjs and the machine apart', t => {
  const keys = [
    engineKey(chooseEngine(), '4.22.0', '1a2b3c4d', 'x64'),
    engineKey(chooseEngine({ gpu: true }), '4.22.0', '1a2b3c4d', 'x64'),
    engineKey(chooseEngine({ tensorflow: '2.21.0' }), '4.22.0', '1a2b3c4d', 'x64'),
    engineKey(chooseEngine(), '4.23.0', '1a2b3c4d', 'x64'),
    engineKey(chooseEngine(), '4.22.0', '5e6f7a8b', 'x64'),
    engineKey(chooseEngine(), '4.22.0', '1a2b3c4d', 'arm64'),
  ]
  t.is(keys[0], 'tensorflow-cpu-2.18.1-tfjs-node-4.22.0-1a2b3c4d-x64')
  t.is(new Set(keys).size, keys.length)
})

for (const tensorflow of ['latest', '2', '../2.18.1', '2.18.1/..', '2.18.1; rm x', '']) {
  test(`'${tensorflow}' is no version`, t => {
    t.throws(() => chooseEngine({ tensorflow }), { name: 'Problem', message: /is not a version/ })
  })
}

test('a choice is remembered until the default is chosen again', t => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-choice-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const engines = join(folder, 'engine')
  t.deepEqual(rememberedChoice(engines), DEFAULT_CHOICE)
  const choice = chooseEngine({ gpu: true, tensorflow: '2.21.0' })
  rememberChoice(engines, choice)
  t.deepEqual(rememberedChoice(engines), choice)
  rememberChoice(engines, DEFAULT_CHOICE)
  t.deepEqual(rememberedChoice(engines), DEFAULT_CHOICE)
  t.deepEqual(readdirSync(engines), [])
})
