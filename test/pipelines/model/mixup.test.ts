import test from 'ava'
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import { buildModel } from '../../../graphs/model/model.js'
import { streamOf } from '../../../graphs/streams/draws.js'
import { sections } from '../../../pipelines/configuration/sections.js'
import { mixBatch } from '../../../pipelines/model/mixup.js'
import { Trainer } from '../../../pipelines/model/trainer.js'
import { betaDraw } from '../../../stages/beta-draw.js'
import { loadStages } from '../../../stages/registry.js'
import { normal } from '../../engine/finite-differences.js'
import { engine } from '../../engine/started.js'
import { batchNode, tensorNode } from '../../graphs/model/graph-nodes.js'

const COUNT = 6
/** Item i is i everywhere, in patches of 4 numbers, in both lanes of a pair, and as a one-hot label. */
const values = () => ({
  batch: { only: Float32Array.from({ length: 4 * COUNT }, (_, at) => Math.floor(at / 4)) },
  pair: {
    a: Float32Array.from({ length: COUNT }, (_, at) => at),
    b: Float32Array.from({ length: COUNT }, (_, at) => 10 * at),
  },
  labels: { only: Float32Array.from({ length: COUNT * COUNT }, (_, at) => Number(at % (COUNT + 1) === 0)) },
})

test('sounds, lanes and labels of an item are mixed with the same partner in the same share', t => {
  const given = values()
  const mixed = mixBatch(given, { count: COUNT, alpha: 1, key: 'one' })
  t.deepEqual(given, values())
  for (let item = 0; item < COUNT; item++) {
    const label = mixed.labels!.only!.slice(item * COUNT, (item + 1) * COUNT)
    const expected = label.reduce((sum, share, at) => sum + share * at, 0)
    t.true(Math.abs(label.reduce((sum, share) => sum + share, 0) - 1) < 1e-6)
    t.true(label.filter(share => share > 0).length <= 2)
    t.true(label[item]! > 0)
    for (const value of mixed.batch!.only!.slice(4 * item, 4 * item + 4)) t.true(Math.abs(value - expected) < 1e-5)
    t.true(Math.abs(mixed.pair!.a![item]! - expected) < 1e-5)
    t.true(Math.abs(mixed.pair!.b![item]! - 10 * expected) < 1e-4)
  }
  const partners = [...Array(COUNT).keys()].map(item => {
    const label = mixed.labels!.only!.slice(item * COUNT, (item + 1) * COUNT)
    return [...label.keys()].find(at => at !== item && label[at]! > 0) ?? item
  })
  t.deepEqual(partners.toSorted(), [...Array(COUNT).keys()])
})

test('the key alone decides', t => {
  const of = (key: string) => mixBatch(values(), { count: COUNT, alpha: 0.4, key })
  t.deepEqual(of('a'), of('a'))
  t.notDeepEqual(of('a'), of('b'))
})

for (const alpha of [0.01, 0.1, 1, 4]) {
  test(`shares for alpha ${alpha} have the mean and the variance of Beta(alpha, alpha)`, t => {
    const rng = streamOf(`beta ${alpha}`)
    const draws = Array.from({ length: 20_000 }, () => betaDraw(alpha, rng))
    t.true(draws.every(draw => draw >= 0 && draw <= 1))
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length
    const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length
    t.true(Math.abs(mean - 0.5) < 0.015, `mean ${mean}`)
    t.true(Math.abs(variance - 1 / (4 * (2 * alpha + 1))) < 0.004, `variance ${variance}`)
  })
}

test('training mixes after the warm-up, by seed and step; before it the batch is as it came', async t => {
  const stages = await loadStages()
  const batch = batchNode('batch', COUNT, { kind: 'patch', rate: 16000, hop: 160, frames: 8, bands: 8 })
  const labels = batchNode('labels', COUNT, { kind: 'label', classes: COUNT })
  const encoder = tensorNode(stages, 'encoder', 'vgg', { from: batch }, { widths: [4] })
  const classifier = tensorNode(stages, 'classifier', 'classifier', { from: encoder, targets: labels })
  const loss = tensorNode(stages, 'loss', 'cross-entropy', { from: classifier, targets: labels })
  const graph: CheckedGraph = { nodes: [batch, labels, encoder, classifier, loss] }
  const trainer = (mixup?: object) => {
    const schedule = { kind: 'constant', 'learning-rate': 1e-9 }
    const train = sections.train.parse({ steps: 9, seed: 3, optimiser: { kind: 'sgd' }, schedule, mixup })!
    const setup = { graph, seed: 3, threads: 2, precision: 'float32' as const, train }
    return new Trainer(engine, buildModel(engine, graph, stages, 3), setup)
  }
  const sounds = () => ({ batch: { only: normal([COUNT, 8, 8], 'x').data }, labels: values().labels })
  const lossOf = (mixup: object | undefined, step: number, given = sounds()) =>
    trainer(mixup).step(given, { step, logged: false }).loss
  const plain = lossOf(undefined, 3)
  const mixup = { alpha: 1, 'warm-up': 3 }
  t.is(lossOf(mixup, 3), plain)
  const mixed = mixBatch(sounds(), { count: COUNT, alpha: 1, key: '3\u0000mixup\u00004' }) as ReturnType<typeof sounds>
  t.is(lossOf(mixup, 4), lossOf(undefined, 4, mixed))
  t.not(lossOf(mixup, 4), plain)
})
