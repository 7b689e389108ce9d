import { join } from 'node:path'
import test from 'ava'
import { convolution } from '../../../stages/waveforms/convolution.js'
import reverberationStage, { reverberated } from '../../../stages/waveforms/reverberation.js'
import { fc, testProp } from '../../properties.js'
import { temporaryFolder, writeWav } from '../audio/sounds.js'
import { draws, largestDifference, runItem } from '../views/support.js'
import { cases, energy, ports, sound } from './support.js'

const response = Float32Array.from(cases.response)

test('agrees with scipy.signal.fftconvolve', async t => {
  t.true(largestDifference(await convolution(sound, response), cases.convolution) < 1e-6)
  t.true(largestDifference(await convolution(response, sound), cases.convolution) < 1e-6)
})

const samples = () =>
  fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 })
    .map(values => Float32Array.from(values))

testProp('is the sum of products, for any lengths', [samples(), samples()], async (t, a, b) => {
  const direct = new Float64Array(a.length + b.length - 1)
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) direct[i + j]! += a[i]! * b[j]!
  t.true(largestDifference(await convolution(a, b), direct) < 1e-5)
})

test('the direct sound stays in its place, and the energy', async t => {
  const wet = await reverberated(sound, response)
  t.true(largestDifference(wet, cases.room) < 1e-6)
  t.true(Math.abs(energy(wet) / energy(sound) - 1) < 1e-5)
  const late = new Float32Array(50)
  late[31] = 0.2
  t.true(largestDifference(await reverberated(sound, late), sound) < 1e-6)
})

test('silence stays silence; a silent response is an error', async t => {
  t.deepEqual(await reverberated(new Float32Array(200), response), new Float32Array(200))
  await t.throwsAsync(reverberated(sound, new Float32Array(9)), { instanceOf: RangeError })
})

test('responses come from a folder, at the rate of the excerpt', async t => {
  const folder = temporaryFolder()
  const late = (at: number) => {
    const samples = new Float32Array(100)
    samples[0] = 1
    samples[at] = 0.5
    return samples
  }
  writeWav(join(folder, 'near.wav'), late(10), { rate: 8000 })
  writeWav(join(folder, 'far.wav'), late(60), { rate: 8000 })
  const click = new Float32Array(200)
  click[20] = 1
  const echoes = new Set<number>()
  for (let i = 0; i < 12; i++) {
    const given = { from: click, rng: draws(`clip ${i}`) }
    const wet = (await runItem(reverberationStage, { responses: folder }, ports, given)) as Float32Array
    const echo = wet.findIndex((sample, at) => at > 20 && sample > 0.1)
    t.true(Math.abs(wet[echo]! / wet[20]! - 0.5) < 1e-5)
    echoes.add(echo)
  }
  t.deepEqual([...echoes].sort(), [30, 80])
})
