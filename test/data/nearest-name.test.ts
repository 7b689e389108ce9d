import test from 'ava'
import { nearestName } from '../../data/nearest-name.js'
import { fc, testProp } from '../properties.js'

const NAMES = ['temperature', 'size', 'spec-augment', 'time-masks', 'mel', 'mixed']

for (const [written, meant] of [
  ['temperatur', 'temperature'],
  ['specAugment', 'spec-augment'],
  ['time_masks', 'time-masks'],
  ['time-maks', 'time-masks'],
  ['batch-size', 'size'],
  ['mle', 'mel'],
  ['mixd', 'mixed'],
] as const) {
  test(`${written} means ${meant}`, t => t.is(nearestName(written, NAMES), meant))
}

test('what is like nothing means nothing', t => {
  t.is(nearestName('reverb', NAMES), undefined)
  t.is(nearestName('x'.repeat(10_000), NAMES), undefined)
})

testProp('a lost letter is found again', [fc.constantFrom(...NAMES), fc.nat()], (t, name, at) => {
  const slip = name.slice(0, at % name.length) + name.slice((at % name.length) + 1)
  t.is(nearestName(slip, NAMES), name)
})
