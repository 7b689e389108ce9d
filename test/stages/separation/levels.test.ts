import test from 'ava'
import type { Port } from '../../../stages/ports.js'
import levels, { SILENT } from '../../../stages/separation/levels.js'
import { levelsOver } from '../../../stages/separation/measures/active-sources.js'
import type { Waveform } from '../../../stages/values.js'
import { largestDifference, outOf, runItem } from '../views/support.js'
import { noise, RATE, silence, times } from './support.js'

const recording: Port = { kind: 'recording', rate: RATE }
const ports = { from: { kind: 'channels', of: recording, count: 3 } as Port, mixture: recording }

const soundOf = (samples: Float32Array): Waveform => ({
  rate: RATE,
  async *blocks() {
    for (let at = 0; at < samples.length; at += 150) yield samples.subarray(at, at + 150)
  },
})

test('decibels over the mixture, as the measures have them; a silent channel has a finite level', async t => {
  const mixture = noise('mixture')
  const parts = [noise('a'), times(0.01, mixture), silence()]
  const found = (await runItem(levels, {}, ports, {
    from: parts.map(soundOf),
    mixture: soundOf(mixture),
  })) as Float32Array
  t.true(largestDifference(found.subarray(0, 2), levelsOver(mixture, parts).subarray(0, 2)) < 1e-4)
  t.true(Math.abs(found[1]! + 40) < 1e-4)
  t.is(found[2], SILENT)
})

test('no channel of a silent mixture is active', async t => {
  const found = await runItem(levels, {}, ports, { from: [noise('a')].map(soundOf), mixture: soundOf(silence()) })
  t.deepEqual(found, Float32Array.of(SILENT))
})

test('as many levels as channels', t => {
  t.deepEqual(outOf(levels, {}, ports), { kind: 'levels', count: 3 })
})
