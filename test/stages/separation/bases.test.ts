import test from 'ava'
import { levelNorm } from '../../../stages/separation/bases.js'
import { engine, weightsFrom } from '../../engine/started.js'

const { tf } = engine

test('the level norm of 2 s is as exact as float32 allows', t => {
  const [frames, batch, bins] = [253, 2, 257]
  const magnitude = tf.pow(tf.randomUniform([frames, batch, bins], 0, 2, 'float32', 3), 8)
  const values = magnitude.dataSync()
  const normed = levelNorm(engine, weightsFrom(1).scope)(magnitude).dataSync()
  for (let example = 0; example < batch; example++) {
    const places = [...values.keys()].filter(at => Math.floor(at / bins) % batch === example)
    const mean = places.reduce((sum, at) => sum + values[at]!, 0) / places.length
    const variance = places.reduce((sum, at) => sum + (values[at]! - mean) ** 2, 0) / places.length
    const worst = Math.max(...places.map(at => Math.abs(normed[at]! - (values[at]! - mean) / Math.sqrt(variance + 1e-8))))
    t.true(worst < 3e-6, `off by ${worst}`)
  }
})
