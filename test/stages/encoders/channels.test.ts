import test from 'ava'
import convnext from '../../../stages/encoders/convnext.js'
import resnet18 from '../../../stages/encoders/resnet18.js'
import vgg from '../../../stages/encoders/vgg.js'
import type { PatchPort } from '../../../stages/ports.js'
import { normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine, tensorOf, weightsFrom } from '../../engine/started.js'
import { builder } from '../built.js'

const patch: PatchPort = { kind: 'patch', rate: 16000, hop: 160, bands: 12, frames: 16 }

for (const [stage, given, first] of [
  [vgg, { widths: [3, 4] }, 'block0.filter'],
  [convnext, { widths: [3, 4], depths: [1, 1], stem: 2 }, 'block0.down.filter'],
  [resnet18, {}, 'stem.filter'],
] as const)
  test(`${stage.name}: a channel to which the first filter is deaf changes nothing`, t => {
    const batch = (of: PatchPort) => ({ from: { kind: 'batch', of, size: 4 } }) as const
    const shape = [4, 16, 12]
    const [weights, more] = [weightsFrom(1), weightsFrom(1)]
    const alone = builder(stage, given, batch(patch))(weights.scope)
    const both = builder(stage, given, batch({ ...patch, channels: 2 }))(more.scope)
    const state = new Map(weights.state())
    const {
      data,
      shape: [high, wide, , out],
    } = state.get(first)!
    const filter = new Float32Array(2 * data.length)
    for (let at = 0; at < data.length; at++) filter[Math.floor(at / out!) * 2 * out! + (at % out!)] = data[at]!
    state.set(first, { shape: [high!, wide!, 2, out!], data: filter })
    more.load(state)
    const [heard, deaf] = ['heard', 'deaf'].map(name => tensorOf(normal(shape, name)))
    const value = alone({ from: heard }, { training: false }).dataSync()
    const stackedTogether = engine.tf.stack([heard!, deaf!], 3)
    near(t, both({ from: stackedTogether }, { training: false }).dataSync(), value, 'embedding')
  })
