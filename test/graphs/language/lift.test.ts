import test from 'ava'
import { itemShape } from '../../../graphs/language/item-shape.js'
import { fitOf, lanesOf, liftedOver, seenOf } from '../../../graphs/language/lift.js'
import type { Port } from '../../../stages/ports.js'

const patch: Port = { kind: 'patch', rate: 8000, hop: 80, bands: 4, frames: 6 }
const recording: Port = { kind: 'recording', rate: 8000 }
const excerpt: Port = { kind: 'excerpt', rate: 8000, samples: 100 }
const pair = (of: Port): Port => ({ kind: 'pair', of })
const channels = (of: Port): Port => ({ kind: 'channels', count: 3, of })
const batch = (of: Port): Port => ({ kind: 'batch', size: 8, of })

test('a stage takes what it names, or one lane of it at a time', t => {
  t.is(fitOf(patch, ['patch']), 'whole')
  t.is(fitOf(pair(patch), ['patch']), 'lifted')
  t.is(fitOf(channels(patch), ['patch']), 'lifted')
  t.is(fitOf(batch(channels(patch)), ['batch', 'patch']), 'lifted')
  t.is(fitOf(channels(patch), ['channels', 'patch']), 'whole')
  t.is(fitOf(pair(channels(patch)), ['channels', 'patch']), 'lifted')
  t.is(fitOf(pair(channels(patch)), ['patch']), undefined)
  t.is(fitOf(patch, ['pair', 'patch']), undefined)
})

test('a container without anything in it takes whatever it holds', t => {
  t.is(fitOf(batch(patch), ['batch']), 'whole')
  t.is(fitOf(batch(pair(patch)), ['batch']), 'whole')
  t.is(fitOf(batch(channels(patch)), ['batch', 'channels']), 'whole')
  t.is(fitOf(batch(patch), ['batch', 'channels']), undefined)
  t.is(fitOf(pair(patch), []), 'whole')
})

test('a recording is a waveform besides, never the other way round', t => {
  t.is(fitOf(recording, ['waveform']), 'whole')
  t.is(fitOf(channels(recording), ['waveform']), 'lifted')
  t.is(fitOf(channels(recording), ['channels', 'waveform']), 'whole')
  t.is(fitOf({ kind: 'waveform', rate: 8000 }, ['recording']), undefined)
  t.deepEqual(seenOf(channels(recording), ['waveform']), { kind: 'waveform', rate: 8000 })
  t.deepEqual(seenOf(channels(recording), ['channels', 'waveform']), channels({ kind: 'waveform', rate: 8000 }))
  t.deepEqual(seenOf(recording, ['recording']), recording)
  t.deepEqual(seenOf(recording, []), recording)
})

test('what leaves is put together as what arrived', t => {
  t.deepEqual(liftedOver(pair(patch), excerpt), pair(excerpt))
  t.deepEqual(liftedOver(channels(patch), excerpt), channels(excerpt))
  const embedding: Port = { kind: 'embedding', size: 16 }
  t.deepEqual(liftedOver(batch(channels(patch)), batch(embedding)), batch(channels(embedding)))
  t.deepEqual(liftedOver(batch(pair(patch)), batch(embedding)), batch(pair(embedding)))
})

test('lanes are a and b, or counted from 1', t => {
  t.deepEqual(lanesOf(batch(pair(patch))), ['a', 'b'])
  t.deepEqual(lanesOf(channels(patch)), ['1', '2', '3'])
  t.deepEqual(lanesOf(patch), [])
})

test('the shape of an item: a pair is two tensors, channels are one', t => {
  const only = (shape: number[]) => ({ lanes: ['only'], shape })
  t.deepEqual(itemShape(patch), only([6, 4]))
  t.deepEqual(itemShape(batch(excerpt)), only([100]))
  t.deepEqual(itemShape({ kind: 'label', classes: 9 }), only([9]))
  t.deepEqual(itemShape({ kind: 'levels', count: 3 }), only([3]))
  t.deepEqual(itemShape(channels(patch)), only([3, 6, 4]))
  t.deepEqual(itemShape(batch(pair(channels(excerpt)))), { lanes: ['a', 'b'], shape: [3, 100] })
  for (const port of [recording, channels(pair(patch)), pair(recording), { kind: 'clip' } as Port])
    t.is(itemShape(port), undefined)
})
