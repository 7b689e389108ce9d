import test from 'ava'
import type { Tensor } from '../../engine/engine.js'
import { spacedFilter } from '../../engine/layers/learnable-spacings.js'
import { checkGradient, normal, spaced } from './finite-differences.js'
import { near } from './near.js'
import { engine, tensorOf } from './started.js'

const { operations } = engine
const filterOf = ([weights, places, widths]: Tensor[], size: number) =>
  spacedFilter(operations, { weights: weights!, places: places!, widths: widths! }, size)

test('gradients of weights, places and widths against differences', t => {
  checkGradient(t, (...given) => filterOf(given, 7), [
    normal([3, 2], 'weights'),
    normal([2, 3, 2], 'places'),
    spaced([2, 3, 2], 'widths'),
  ])
})

test('a tap sums to its weight wherever it is; narrow in the middle it is nearly one number; beyond the edge it is at it', t => {
  const of = (place: number, width: number) =>
    filterOf(
      [
        { shape: [1, 1], data: [3] },
        { shape: [2, 1, 1], data: [place, 0] },
        { shape: [2, 1, 1], data: [width, 0] },
      ].map(tensorOf),
      5,
    )
  for (const [place, width] of [
    [0, 0],
    [1.3, -0.8],
    [-2, 4],
    [9, 0],
  ] as const)
    near(t, [of(place, width).sum().dataSync()[0]!], [3], `at ${place}`)
  const [shape, narrow] = [of(0, 0).shape, of(0, 0).dataSync()]
  t.deepEqual(shape, [5, 5, 1])
  t.true(narrow[12]! > 2.98)
  t.deepEqual(of(9, 0).dataSync(), of(2, 0).dataSync())
})
