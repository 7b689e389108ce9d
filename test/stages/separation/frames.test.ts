import test from 'ava'
import { stftBasis } from '../../../stages/separation/bases.js'
import { analyse, frameCount, synthesise } from '../../../stages/separation/frames.js'
import { checkGradient, normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine, tensorOf } from '../../engine/started.js'

const { tf } = engine

for (const { window, hop, samples } of [
  { window: 512, hop: 128, samples: 4000 },
  { window: 512, hop: 256, samples: 4097 },
  { window: 48, hop: 16, samples: 100 },
  { window: 512, hop: 128, samples: 3 },
]) {
  test(`the Fourier transform of frames of ${window} every ${hop} gives ${samples} samples back`, t => {
    const framing = { window, hop }
    const sound = tf.randomNormal([2, samples])
    const { magnitude, masked } = stftBasis(engine, framing).analyse(sound)
    const frames = frameCount(samples, framing)
    t.deepEqual(magnitude.shape, [frames, 2, window / 2 + 1])
    near(t, masked(tf.ones([frames, 2, 1, window / 2 + 1])).dataSync(), sound.dataSync())
  })
}

test('gradients of analysis and synthesis', t => {
  const framing = { window: 6, hop: 2 }
  checkGradient(t, (x, matrix) => analyse(engine, x!, matrix!, framing), [normal([2, 7], 'x'), normal([6, 3], 'm')])
  const coefficients = normal([frameCount(7, framing), 2, 3], 'c')
  const back = normal([3, 6], 'n')
  checkGradient(t, (c, matrix) => synthesise(engine, c!, matrix!, framing, 7), [coefficients, back])
})

test('the Fourier transform of each frame is that of its definition, and has its gradients', t => {
  const { forward, inverse } = engine.operations.fourier
  const x = normal([2, 6], 'x')
  const expected = [0, 6].flatMap(from =>
    [Math.cos, (angle: number) => -Math.sin(angle)].flatMap(wave =>
      [0, 1, 2, 3].map(bin =>
        [0, 1, 2, 3, 4, 5].reduce((sum, at) => sum + x.data[from + at]! * wave((Math.PI * at * bin) / 3), 0),
      ),
    ),
  )
  near(t, forward(tensorOf(x)).dataSync(), expected)
  checkGradient(t, x => forward(x!), [x])
  checkGradient(t, (real, imaginary) => inverse(real!, imaginary!), [normal([2, 4], 'r'), normal([2, 4], 'i')])
})
