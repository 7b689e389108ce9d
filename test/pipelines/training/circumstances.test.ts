import test from 'ava'
import { sections } from '../../../pipelines/configuration/sections.js'
import type { Checkpoint } from '../../../pipelines/model/checkpoint.js'
import { settingDifferences } from '../../../pipelines/training/circumstances.js'

const train = (more: object) =>
  sections.train.parse({
    steps: 10,
    optimiser: { kind: 'sgd' },
    schedule: { kind: 'constant', 'learning-rate': 0.1 },
    ...more,
  })!
const differences = (before: object, now: object) =>
  settingDifferences({ train: train(before) } as Checkpoint, train(now))

test('what moves no bit may be another when a run goes on: its length, what is told and kept', t => {
  t.deepEqual(differences({}, { steps: 20, 'log-every': 1, 'bad-clips': 0.5, checkpoints: { keep: 1 } }), [])
})

test('a step is the same as a function, and another one by XLA', t => {
  t.deepEqual(differences({ compile: 'auto' }, { compile: 'function' }), [])
  t.deepEqual(differences({ compile: 'auto' }, { compile: 'xla' }), ['train.compile is xla, and was without xla'])
})

test('every other setting is compared, with those that are not there', t => {
  t.deepEqual(differences({ seed: 1 }, { mixup: { alpha: 0.2 }, optimiser: { kind: 'sgd', clip: 1 } }), [
    'train.seed is 0, and was 1',
    'train.optimiser.clip is 1, and was not set',
    'train.mixup.alpha is 0.2, and was not set',
    'train.mixup.warm-up is 0, and was not set',
  ])
})
