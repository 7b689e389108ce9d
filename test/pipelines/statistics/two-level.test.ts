/** Intervals over crossed units and seeds against NumPy and SciPy, and in studies whose truth is known. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { coverage } from '../../../bench/coverage/simulation.js'
import {
  type Components,
  claimVerdict,
  differenceOf,
  estimated,
  leftOut,
  type Measured,
  meanMeasured,
  powerOf,
  smallestTold,
  verdictOf,
} from '../../../pipelines/statistics/two-level.js'
import { unitScores } from '../../../pipelines/statistics/unit-scores.js'
import { near } from '../../engine/near.js'

type Arm = 'base' | 'other'
type Estimated = { value: number; components: [number, number, number]; interval: [number, number] }

const reference = JSON.parse(readFileSync('test/fixtures/two-level/case.json', 'utf8')) as {
  classes: number
  units: number[]
  labels: number[]
  right: Record<Arm, number[][]>
  measured: Record<Arm, { value: number; without: number[] }[]>
  estimates: Record<Arm, Estimated>
  single: Estimated
  difference: Estimated
  tests: { difference: number; components: [number, number, number]; units: number; seeds: number; power: number }[]
}

const { labels, units, classes } = reference
const tested = { labels, units, classes, unitCount: new Set(units).size }
const quantiles = { inexact: 1e-7 } // of Student's t, as both libraries find them

function measured(arm: Arm): Measured[] {
  return reference.right[arm].map(right => {
    const [value, ...without] = unitScores(tested, right, leftOut(tested.unitCount)).balanced
    return { value: value!, without: Float64Array.from(without) }
  })
}
const numbers = ({ value, components, interval }: ReturnType<typeof estimated>) => [
  ...[value, ...interval],
  ...(components ? [components.unit, components.seed, components.rest] : []),
]
const expected = ({ value, components, interval }: Estimated, several = true) => [
  ...[value, ...interval],
  ...(several ? components : []),
]
const named = ([unit, seed, rest]: [number, number, number]): Components => ({ unit, seed, rest })

for (const arm of ['base', 'other'] as const)
  test(`scores without each unit, components and interval of '${arm}'`, t => {
    for (const [seed, { value, without }] of measured(arm).entries()) {
      const there = reference.measured[arm][seed]!
      near(t, [value, ...without], [there.value, ...there.without], `seed ${seed}`, { inexact: 1e-15 })
    }
    near(t, numbers(estimated(measured(arm))), expected(reference.estimates[arm]), arm, quantiles)
  })

test('a paired difference, and one seed alone, which tells nothing of others', t => {
  const difference = differenceOf(measured('other'), measured('base'))
  near(t, numbers(estimated(difference)), expected(reference.difference), 'difference', quantiles)
  const single = estimated(measured('base').slice(0, 1))
  t.is(single.components, undefined)
  near(t, numbers(single), expected(reference.single, false), 'one seed', quantiles)
  t.deepEqual(estimated(differenceOf(measured('base'), measured('base'))).interval, [0, 0])
})

test('power is that of the noncentral t, and the smallest difference that is told has it', t => {
  const found = reference.tests.map(({ difference, components, units, seeds }) =>
    powerOf(difference, named(components), units, seeds),
  )
  near(
    t,
    found,
    reference.tests.map(({ power }) => power),
    'power',
    { inexact: 1e-6 },
  )
  const [first] = reference.tests
  const components = named(first!.components)
  near(t, [powerOf(smallestTold(components, 16, 5), components, 16, 5)], [0.8], 'power', quantiles)
})

test('one unit tells nothing, whatever it says', t => {
  const one = { value: 0.5, without: Float64Array.of(0) }
  t.deepEqual(estimated([one, { ...one, value: 0.75 }]).interval, [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
})

test('the mean of arms, a class without clips, and units that are left out together', t => {
  const two = { labels: [0, 0, 1], units: [0, 0, 1], classes: 2, unitCount: 2 }
  const { balanced, plain } = unitScores(two, [1, 0, 1], leftOut(2))
  t.deepEqual([...balanced], [0.75, 1, 0.5])
  t.deepEqual([...plain], [2 / 3, 1, 0.5])
  const [once, ...without] = leftOut(1000)
  t.deepEqual([once!.length, without.length], [1000, 400])
  t.deepEqual([without[0]!.indexOf(0), without[0]!.lastIndexOf(0)], [0, 800])
  const mean = meanMeasured([
    { value: 1, without: Float64Array.of(1, 2) },
    { value: 2, without: Float64Array.of(3, 2) },
  ])
  t.deepEqual(mean, { value: 1.5, without: Float64Array.of(2, 2) })
})

test('an interval that touches 0 resolves nothing; of a loss less is better', t => {
  t.is(verdictOf([0.001, 0.2]), 'better')
  t.is(verdictOf([-0.2, -0.001]), 'worse')
  t.is(verdictOf([0, 0.2]), 'not resolved')
  t.is(verdictOf([-0.1, 0.2]), 'not resolved')
  t.is(verdictOf([0.001, 0.2], true), 'worse')
  t.is(claimVerdict([-0.2, -0.001], true), 'holds')
})

for (const effect of [0, 0.3])
  for (const score of ['log-loss', 'balanced accuracy'] as const)
    test(`95 % intervals of ${score} hold an effect of ${effect} in 95 % of 300 studies, two standard errors aside`, t => {
      const deviations = { unit: 0.2, seed: 0.1, rest: 0.1 }
      const scenario = { units: 16, seeds: 5, score, effect, deviations }
      const { holds } = coverage(scenario, 300, ['crossed effects'])['crossed effects']
      t.true(Math.abs(holds - 0.95) < 2 * Math.sqrt((0.95 * 0.05) / 300), `${holds}`)
    })
