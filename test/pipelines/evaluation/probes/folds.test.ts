import test from 'ava'
import { crossFolds, dealUnits, foldsByColumn } from '../../../../pipelines/evaluation/probes/folds.js'
import { fc, testProp } from '../../../properties.js'

/** Clips with a class and a group each. */
const grouped = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 9 })), { minLength: 12, maxLength: 80 })
  .filter(clips => new Set(clips.map(([, group]) => group)).size >= 4)
  .map(clips => ({ labels: clips.map(([label]) => label), units: clips.map(([, group]) => `g${group}`) }))

testProp(
  'every clip is tested once and no group is on both sides, inside and out',
  [grouped],
  (t, { labels, units }) => {
    const folds = crossFolds(labels, units, 4, 0)
    t.deepEqual(
      folds.flatMap(fold => fold.test).sort((a, b) => a - b),
      labels.map((_, at) => at),
    )
    for (const fold of folds) {
      t.true(fold.test.length > 0)
      for (const { train, test: held } of [fold, ...fold.inner]) {
        const tested = new Set(held.map(at => units[at]))
        t.false(train.some(at => tested.has(units[at])))
      }
      for (const { train, test: held } of fold.inner)
        t.deepEqual(
          [...train, ...held].sort((a, b) => a - b),
          fold.train,
        )
    }
  },
)

testProp(
  'single clips are dealt so that every class differs by one at most',
  [fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 10, maxLength: 60 })],
  (t, labels) => {
    const parts = dealUnits(
      labels,
      labels.map((_, at) => `${at}`),
      5,
      'any',
    )
    for (const label of new Set(labels)) {
      const counts = [0, 1, 2, 3, 4].map(part => labels.filter((own, at) => own === label && parts[at] === part).length)
      t.true(Math.max(...counts) - Math.min(...counts) <= 1)
    }
  },
)

test('folds depend on the seed alone', t => {
  const labels = Array.from({ length: 40 }, (_, at) => at % 3)
  const units = labels.map((_, at) => `${at}`)
  t.deepEqual(crossFolds(labels, units, 5, 1), crossFolds(labels, units, 5, 1))
  t.notDeepEqual(crossFolds(labels, units, 5, 1), crossFolds(labels, units, 5, 2))
})

test('groups of unlike size make folds of like size', t => {
  const units = [30, 20, 20, 12, 10, 10, 8, 6, 4].flatMap((size, group) => Array<string>(size).fill(`g${group}`))
  const parts = dealUnits(
    units.map(() => 0),
    units,
    4,
    'any',
  )
  const sizes = [0, 1, 2, 3].map(part => parts.filter(own => own === part).length)
  t.true(
    sizes.every(size => size >= 26 && size <= 34),
    `${sizes}`,
  )
})

test('a split with test tests that; validation chooses the settings', t => {
  const column = ['train', 'train', 'validation', 'test', 'train', 'Test']
  const [fold, ...others] = foldsByColumn(
    [0, 1, 0, 1, 0, 1],
    column.map((_, at) => `${at}`),
    column,
    0,
  )
  t.deepEqual(others, [])
  t.deepEqual(fold!.test, [3, 5])
  t.deepEqual(fold!.train, [0, 1, 2, 4])
  t.deepEqual(fold!.inner, [{ train: [0, 1, 4], test: [2] }])
})

test('a split without test holds out each value in turn', t => {
  const folds = foldsByColumn([0, 1, 0, 1, 0, 1], ['1', '1', '2', '2', '3', '3'], ['1', '1', '2', '2', '3', '3'], 0)
  t.deepEqual(
    folds.map(fold => fold.test),
    [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
  )
  t.true(folds.every(fold => fold.inner.length === 2))
})
