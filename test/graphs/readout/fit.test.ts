import test from 'ava'
import { applyFitted, fitStep, fittedSize } from '../../../graphs/readout/fit.js'
import { near } from '../../engine/near.js'
import { fixture } from '../../engine/started.js'

const { rows, size, values, standardised, whitened } = fixture<
  Record<string, number[]> & { rows: number; size: number }
>('readout/fit.json')
const all = Array.from({ length: rows }, (_, row) => Float32Array.from(values!.slice(row * size, (row + 1) * size)))

test('standardised as NumPy does; a number that never changes is 0', t => {
  const fitted = fitStep(all, 'standardise')
  near(
    t,
    all.flatMap(row => [...applyFitted(fitted, row)]),
    standardised!,
    'standardised',
    { roundings: 4096 },
  )
})

test('whitened as by the singular values of NumPy: products of rows are the same, whatever the signs', t => {
  const fitted = fitStep(all, { whiten: 3 })
  t.is(fittedSize(fitted), 3)
  const white = all.map(row => applyFitted(fitted, row))
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0)
  near(
    t,
    white.flatMap(one => white.map(other => dot(one, other))),
    whitened!,
    'products',
    { roundings: 2 ** 16 },
  )
})

test('fewer clips than numbers to whiten to are refused', t => {
  t.throws(() => fitStep(all.slice(0, 3), { whiten: 3 }), { instanceOf: RangeError, message: /3 clips/ })
})
