import test from 'ava'
import { planReadout } from '../../../graphs/readout/plan.js'
import { readoutOf } from '../../../graphs/readout/settings.js'

const shapes = { input: [96, 96, 1], block0: [48, 48, 4], block1: [24, 12, 8], block2: [12, 5, 16] } as const
const bandsOf = (settings: Parameters<typeof readoutOf>[0]) =>
  planReadout('encoder', readoutOf(settings)!, shapes).layers.map(({ bands }) => bands)

test('bands are averaged to a number that divides them, or to the largest up to one that does', t => {
  t.deepEqual(bandsOf({ preset: 'layers' }), [8, 6, 5])
  t.deepEqual(bandsOf({ layers: 3, bands: 'up to 2' }), [2, 2, 1])
  t.deepEqual(bandsOf({ layers: ['block1'], bands: 4 }), [4])
  t.deepEqual(bandsOf({ layers: 3, bands: 'all' }), [48, 12, 5])
  t.throws(() => bandsOf({ layers: ['block1'], bands: 8 }), {
    message: /'encoder.block1' has 12 bands, which cannot be averaged to 8/,
  })
  t.throws(() => bandsOf({ layers: ['block9'] }), { code: 'no-such-layer' })
})

test('the input is a layer with all its bands, where it is asked for', t => {
  t.deepEqual(bandsOf({ input: true, layers: 9, bands: 'up to 8' }), [96, 8, 6, 5])
  t.deepEqual(bandsOf({ layers: ['input'], bands: 2 }), [96])
  t.deepEqual(bandsOf({ input: true, layers: ['block2', 'input'] }), [96, 5])
})
