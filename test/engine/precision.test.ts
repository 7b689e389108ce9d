import test from 'ava'
import { lossAndGradients } from '../../engine/gradients.js'
import type { Stage } from '../../stages/contract.js'
import crnn from '../../stages/encoders/crnn.js'
import resnet18 from '../../stages/encoders/resnet18.js'
import vgg from '../../stages/encoders/vgg.js'
import vggLike from '../../stages/encoders/vgg-like.js'
import vit from '../../stages/encoders/vit.js'
import type { Port } from '../../stages/ports.js'
import { builder } from '../stages/built.js'
import { normal } from './finite-differences.js'
import { BFLOAT16, near } from './near.js'
import { engine, narrow, tensorOf, weightsFrom } from './started.js'

const inBfloat16 = narrow ? test : test.skip
const patch: Port = { kind: 'patch', rate: 16000, hop: 160, frames: 32, bands: 40 }

function pass(stage: Stage, parameters: object, by: typeof engine, training: boolean) {
  const weights = weightsFrom(1, by)
  const encoder = builder(stage, parameters, { from: { kind: 'batch', of: patch, size: 8 } }, by)(weights.scope)
  const x = tensorOf(normal([8, 32, 40], 'x'))
  let value: Float32Array | undefined
  const { gradients } = lossAndGradients(by, weights.trainable, () => {
    const embedding = encoder({ from: x }, { training })
    value = embedding.dataSync().slice() as Float32Array
    return by.tf.mean(by.tf.square(embedding))
  })
  return { value: value!, norms: gradients.map(gradient => by.tf.norm(gradient).dataSync()[0]!) }
}

for (const [name, stage, parameters] of [
  ['vgg', vgg, { widths: [8, 16, 16] }],
  ['resnet18', resnet18, {}],
  ['vgg-like', vggLike, { blocks: [[8, 8], [16]], size: 16 }],
  ['crnn', crnn, { channels: 8, units: 8 }],
  ['vit', vit, { patch: [8, 8], width: 24, depth: 2, heads: 2 }],
  ['vit of scans', vit, { patch: [8, 8], width: 24, depth: 2, heads: 2, body: 'scan' }],
] as const) {
  for (const training of [true, false]) {
    inBfloat16(`${name} in bfloat16 is near float32, ${training ? 'training' : 'evaluating'}`, t => {
      const wide = pass(stage, parameters, engine, training)
      const found = pass(stage, parameters, narrow!, training)
      near(t, found.value, wide.value, 'value', { unit: BFLOAT16, roundings: 64 })
      near(t, found.norms, wide.norms, 'norms of the gradients', { unit: BFLOAT16, roundings: 64 })
    })
  }
}
