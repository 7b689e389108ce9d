import test from 'ava'
import { mean } from 'd3-array'
import { levelNorm } from '../../../stages/separation/bases.js'
import { near } from '../../engine/near.js'
import { engine, weightsFrom } from '../../engine/started.js'

const { tf } = engine

test('the level norm of 2 s is as exact as float32 allows', t => {
  const [frames, batch, bins] = [253, 2, 257]
  const magnitude = tf.pow(tf.randomUniform([frames, batch, bins], 0, 2, 'float32', 3), 8)
  const values = magnitude.dataSync()
  const normed = levelNorm(engine, weightsFrom(1).scope)(magnitude).dataSync()
  for (let example = 0; example < batch; example++) {
    const places = [...values.keys()].filter(at => Math.floor(at / bins) % batch === example)
    const middle = mean(places, at => values[at])!
    const variance = mean(places, at => (values[at]! - middle) ** 2)!
    const expected = (at: number) => (values[at]! - middle) / Math.sqrt(variance + 1e-8)
    const found = places.map(at => normed[at]!)
    near(t, found, places.map(expected), `example ${example}`, { roundings: 1 })
  }
})
