/** What bench/recipes.ts chooses and how it tells it; the trainings themselves are not run here. */
import { join } from 'node:path'
import test from 'ava'
import { bestOfEach, stepsInTimeOf, type Tuned } from '../../bench/recipes/choice.js'
import { type Contest, differences, sideBySide, tuningTable } from '../../bench/recipes/tables.js'
import { folderOf, peerWords, settingOf, type Trial } from '../../bench/recipes/trial.js'
import { readSweepFile } from '../../pipelines/sweeps/sweep-file.js'

const tuned = (system: Tuned['system'], recipe: string, rate: number, drums: number, words: number): Tuned => ({
  ...{ system, setting: { recipe, rate, edits: [] } },
  figures: { drums, words },
})

test('of each recipe in each system the highest mean is chosen, the first of equals', t => {
  const all = [
    tuned('Earshot', 'plain', 0.03, 0.3, 0.1),
    tuned('Earshot', 'plain', 0.06, 0.1, 0.4),
    tuned('Earshot', 'other', 0.03, 0.5, 0.5),
    tuned('PyTorch', 'plain', 0.03, 0.25, 0.25),
    tuned('PyTorch', 'plain', 0.06, 0.3, 0.2),
  ]
  t.deepEqual(
    bestOfEach(all).map(({ system, setting: { recipe, rate } }) => [system, recipe, rate]),
    [
      ['Earshot', 'plain', 0.06],
      ['Earshot', 'other', 0.03],
      ['PyTorch', 'plain', 0.03],
    ],
  )
  const table = tuningTable(all)
  t.is(table.match(/chosen/g)?.length, 3)
  t.regex(table, /\| plain +\| 0\.06 +\| Earshot \| 10\.0 +\| 40\.0 +\| 25\.0 chosen +\|/)
})

test('as many steps fit as the other system took time for, on average', t => {
  const others = [60, 80].map(seconds => ({ steps: 400, seconds }))
  t.is(stepsInTimeOf(others, [{ steps: 400, seconds: 140 }]), 200)
  t.is(
    stepsInTimeOf(
      others,
      [30, 40].map(seconds => ({ steps: 400, seconds })),
    ),
    800,
  )
  t.is(stepsInTimeOf(others, [{ steps: 1, seconds: 1000 }]), 1)
})

test('every arm of the sweep is a recipe and a rate, and the PyTorch loop has words for it', async t => {
  const { written } = await readSweepFile(join('configs', 'sweeps', 'recipe-tuning.yaml'))
  const settings = Object.entries(written.arms).map(([name, arm]) =>
    settingOf({ name, edits: Array.isArray(arm) ? arm : arm.edits }),
  )
  t.deepEqual(
    settings.map(({ recipe, rate }) => `${recipe} at ${rate}`),
    ['uclser20', 'no-energy-rule'].flatMap(recipe => [0.03, 0.06, 0.12].map(rate => `${recipe} at ${rate}`)),
  )
  t.deepEqual(peerWords(settings.at(-1)!.edits), [
    ...['--energy', 'none', '--learning-rate', '0.12'],
    ...['--views', 'crop,companding,noise'],
  ])
})

test('an edit that the PyTorch loop has no word for is refused; mix-back left out is none of it', t => {
  t.throws(() => peerWords([{ swap: 'encoder=resnet18' }]), { message: /no word for .*resnet18/ })
  t.throws(() => peerWords([{ set: 'nodes.batch.size=32' }]), { message: /no word for .*batch\.size/ })
  t.deepEqual(peerWords([{ without: 'mixed' }, { without: 'noisy' }]), [
    ...['--background', '0'],
    ...['--views', 'crop,companding,spec-augment'],
  ])
})

test('a name that says another rate than its edits is refused', t => {
  const edits = [{ set: 'train.schedule.learning-rate=0.06' }]
  t.throws(() => settingOf({ name: 'uclser20 0.12', edits }), { message: /does not set/ })
  t.throws(() => settingOf({ name: 'uclser20', edits }), { message: /no recipe and learning rate/ })
})

test('trials that differ have folders that differ', t => {
  const trial: Trial = { system: 'Earshot', recipe: 'plain', rate: 0.03, edits: [], seed: 0, steps: 400 }
  const others: Partial<Trial>[] = [
    { system: 'PyTorch' },
    { recipe: 'other' },
    { rate: 0.06 },
    { seed: 1 },
    { steps: 3 },
  ]
  const folders = [{}, ...others].map(other => folderOf({ ...trial, ...other }))
  t.is(new Set(folders).size, folders.length)
})

test('both systems stand side by side, with their differences', t => {
  const contest: Contest = {
    ...{ recipe: 'plain', condition: 'equal steps' },
    sides: { Earshot: { rate: 0.06, steps: 400, seconds: 64 }, PyTorch: { rate: 0.12, steps: 400, seconds: 80.04 } },
    figures: [
      {
        name: 'drums, kNN',
        means: { Earshot: 0.42, PyTorch: 0.4 },
        ...{ difference: 0.02, interval: [0.01, 0.03], verdict: 'better' },
      },
      {
        name: 'words, kNN',
        means: { Earshot: 0.05, PyTorch: 0.06 },
        ...{ difference: -0.01, interval: [-0.02, 0.01], verdict: 'not resolved' },
      },
    ],
  }
  const beside = sideBySide([contest])
  t.regex(beside, /plain +\| equal steps \| Earshot \| 0\.06 +\| 400 +\| 64\.0 +\| 42\.0 +\| 5\.0 /)
  t.regex(beside, /plain +\| equal steps \| PyTorch \| 0\.12 +\| 400 +\| 80\.0 +\| 40\.0 +\| 6\.0 /)
  const apart = differences([contest])
  t.regex(apart, /drums, kNN \| \+2\.0 \[\+1\.0, \+3\.0\] +\| Earshot better/)
  t.regex(apart, /words, kNN \| -1\.0 \[-2\.0, \+1\.0\] +\| not resolved/)
})
