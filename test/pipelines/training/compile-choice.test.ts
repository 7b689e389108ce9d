import { join } from 'node:path'
import test from 'ava'
import { sections } from '../../../pipelines/configuration/sections.js'
import { keepChoice, noteChoice } from '../../../pipelines/training/compile-choice.js'
import { RunFolder } from '../../../pipelines/training/run-folder.js'
import { scratchFolder } from '../../earshot.js'

const folder = scratchFolder('choice')
const settings = () =>
  sections.train.parse({
    steps: 10,
    optimiser: { kind: 'sgd' },
    schedule: { kind: 'constant', 'learning-rate': 0.1 },
    compile: 'auto',
  })!
function started(name: string): RunFolder {
  const run = RunFolder.create(join(folder, name))
  run.write('run.yaml', 'train:\n  steps: 10\n')
  return run
}
function kept(run: RunFolder, hasSteps: boolean): string {
  const train = settings()
  keepChoice(run, train, { hasSteps })
  return train.compile
}

test('a run that is gone on with keeps to what auto has chosen', t => {
  const run = started('chosen')
  noteChoice(run, settings(), { how: 'xla', milliseconds: { off: 300, xla: 200 } })
  t.is(kept(run, true), 'xla')
  t.is(kept(run, false), 'xla')
})

test('a run killed before auto has chosen has steps without XLA, and none with it after them', t => {
  t.is(kept(started('killed'), true), 'function')
  t.is(kept(started('killed at once'), false), 'auto')
})
