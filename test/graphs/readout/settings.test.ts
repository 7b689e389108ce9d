import test from 'ava'
import { readoutOf, readoutSettings, settled } from '../../../graphs/readout/settings.js'

test("nothing said is the encoder's own embedding, and so is plain; a new run has a default, by its name", t => {
  t.is(readoutOf(undefined), undefined)
  t.is(readoutOf({ preset: 'plain' }), undefined)
  t.deepEqual(settled(undefined), { preset: 'bands+input' })
  t.deepEqual(settled({ preset: 'default', parts: 2 }), { preset: 'bands+input', parts: 2 })
  t.deepEqual(settled({ parts: 2 }), { parts: 2 })
  t.deepEqual(readoutOf({ preset: 'default' }), readoutOf({ preset: 'bands+input' }))
})

test('settings change a readout that has a name; without one, the rest is as usual', t => {
  t.deepEqual(readoutOf({ preset: 'thirds', bands: 4 }), { layers: 3, bands: 4, time: ['mean'], parts: 3 })
  t.deepEqual(readoutOf({ parts: 2 }), { layers: 1, bands: 'all', time: ['mean', 'max'], parts: 2 })
})

test('plain takes no settings, and statistics stand once', t => {
  t.false(readoutSettings.safeParse({ preset: 'plain', parts: 2 }).success)
  t.false(readoutSettings.safeParse({ time: ['mean', 'mean'] }).success)
  t.true(readoutSettings.safeParse({ time: ['p0', 'p99.5', 'p100'], fit: { whiten: 8 } }).success)
  t.false(readoutSettings.safeParse({ time: ['p101'] }).success)
})
