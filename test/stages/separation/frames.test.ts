import test from 'ava'
import { fourierMatrices } from '../../../stages/separation/fourier.js'
import { analyse, frameCount, synthesise } from '../../../stages/separation/frames.js'
import { checkGradient, normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine } from '../../engine/started.js'

const { tf } = engine

for (const { window, hop, samples } of [
  { window: 512, hop: 128, samples: 4000 },
  { window: 512, hop: 256, samples: 4097 },
  { window: 48, hop: 16, samples: 100 },
  { window: 512, hop: 128, samples: 3 },
]) {
  test(`the Fourier transform of frames of ${window} every ${hop} gives ${samples} samples back`, t => {
    const framing = { window, hop }
    const matrices = fourierMatrices(engine, framing)
    const sound = tf.randomNormal([2, samples])
    const spectrum = analyse(engine, sound, matrices.analysis, framing)
    t.deepEqual(spectrum.shape, [frameCount(samples, framing), 2, window + 2])
    near(t, synthesise(engine, spectrum, matrices.synthesis, framing, samples).dataSync(), sound.dataSync())
  })
}

test('gradients of analysis and synthesis', t => {
  const framing = { window: 6, hop: 2 }
  checkGradient(t, (x, matrix) => analyse(engine, x!, matrix!, framing), [normal([2, 7], 'x'), normal([6, 3], 'm')])
  const coefficients = normal([frameCount(7, framing), 2, 3], 'c')
  const back = normal([3, 6], 'n')
  checkGradient(t, (c, matrix) => synthesise(engine, c!, matrix!, framing, 7), [coefficients, back])
})
