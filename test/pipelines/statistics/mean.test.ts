import test from 'ava'
import { mean } from '../../../pipelines/statistics/mean.js'

test('a mean is that of all values; one that is not a number is seen, and nothing has none', t => {
  t.is(mean([1, 2, 6]), 3)
  t.is(
    mean(['a', 'bcd'], (text, at) => text.length + at),
    2.5,
  )
  t.is(mean([1, Number.NaN, 6]), Number.NaN)
  t.is(mean([]), Number.NaN)
})
