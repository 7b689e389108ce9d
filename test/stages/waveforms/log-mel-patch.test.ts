import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import logMelPatch from '../../../stages/waveforms/log-mel-patch.js'
import { fixture, floats } from '../audio/sounds.js'
import { largestDifference, outOf, runItem } from '../views/support.js'

const sound = floats(fixture('log-mel', 'sound.f32'))
const ports = { from: { kind: 'excerpt', rate: 16000, samples: sound.length } } as const
const given = { bands: 64, window: 0.025, hop: 0.01, fft: 512 }

test('agrees with librosa, one excerpt after the other', async t => {
  const expected = floats(fixture('log-mel', 'recipe.f32'))
  for (let i = 0; i < 2; i++) {
    const patch = (await runItem(logMelPatch, given, ports, { from: sound })) as Float32Array
    t.is(patch.length, expected.length)
    t.true(largestDifference(patch, expected) < 1e-4)
  }
  const cut = (await runItem(logMelPatch, { ...given, frames: 20 }, ports, { from: sound })) as Float32Array
  t.deepEqual(cut.length, 20 * 64)
  t.true(largestDifference(cut, expected.subarray(0, 20 * 64)) < 1e-4)
})

test('the port tells frames, bands and hop', t => {
  const port = { kind: 'patch', rate: 16000, hop: 160, bands: 64, frames: 39 }
  t.deepEqual(outOf(logMelPatch, given, ports), port)
  t.deepEqual(outOf(logMelPatch, { ...given, frames: 30 }, ports), { ...port, frames: 30 })
  t.throws(() => outOf(logMelPatch, { frames: 40 }, ports), { instanceOf: ParameterProblem })
})
