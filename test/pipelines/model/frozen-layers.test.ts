/** An encoder of which some layers learn and others do not, or adapters of them do. */
import test from 'ava'
import type { CheckedGraph, CheckedNode } from '../../../graphs/language/checked.js'
import { buildModel } from '../../../graphs/model/model.js'
import { sections } from '../../../pipelines/configuration/sections.js'
import { Trainer } from '../../../pipelines/model/trainer.js'
import { loadStages } from '../../../stages/registry.js'
import { normal } from '../../engine/finite-differences.js'
import { engine } from '../../engine/started.js'
import { batchNode, tensorNode } from '../../graphs/model/graph-nodes.js'

const stages = await loadStages()
const SIZE = 4

type Learning = Pick<CheckedNode, 'frozen' | 'adapt'>

function modelOf(encoder: string, parameters: object, learning: Learning) {
  const batch = batchNode('batch', SIZE, { kind: 'patch', rate: 16000, hop: 160, frames: 16, bands: 16 })
  const labels = batchNode('labels', SIZE, { kind: 'label', classes: 2 })
  const node = tensorNode(stages, 'encoder', encoder, { from: batch }, parameters, learning)
  const code = encoder === 'vit' ? [tensorNode(stages, 'code', 'pool-tokens', { from: node })] : []
  const classifier = tensorNode(stages, 'classifier', 'classifier', { from: code[0] ?? node, targets: labels })
  const loss = tensorNode(stages, 'loss', 'cross-entropy', { from: classifier, targets: labels })
  const graph: CheckedGraph = { nodes: [batch, labels, node, ...code, classifier, loss] }
  return { graph, model: buildModel(engine, graph, stages, 1) }
}

/** Names of the weights and statistics that a step changes. */
function changed(encoder: string, parameters: object, learning: Learning): string[] {
  const { graph, model } = modelOf(encoder, parameters, learning)
  const schedule = { kind: 'constant', 'learning-rate': 0.1 }
  const train = sections.train.parse({ steps: 9, optimiser: { kind: 'sgd' }, schedule })!
  const trainer = new Trainer(engine, model, { graph, seed: 1, threads: 2, precision: 'float32', train })
  const before = model.weights.state()
  const targets = Float32Array.from({ length: 2 * SIZE }, (_, at) => Number(at % 4 === 0 || at % 4 === 3))
  const sounds = normal([SIZE, 16, 16], 'x').data
  trainer.step({ batch: { only: sounds }, labels: { only: targets } }, { step: 1, logged: true })
  const after = model.weights.state()
  return [...before]
    .filter(([name, { data }]) => data.some((value, at) => value !== after.get(name)!.data[at]))
    .map(([name]) => name)
}

for (const [encoder, parameters] of [
  ['vgg', { widths: [4, 6] }],
  ['vgg4', { width: 0.0625, downsampling: 'max' }],
] as const) {
  test(`${encoder}: frozen layers keep weights and running statistics, the others learn`, t => {
    const names = changed(encoder, parameters, { frozen: ['block0'] })
    t.false(names.some(name => name.startsWith('encoder.block0.')))
    t.true(names.some(name => name.startsWith('encoder.block1.') && name.endsWith('mean')))
    t.true(names.includes('classifier.weight'))
    t.true(changed(encoder, parameters, { frozen: true }).every(name => name.startsWith('classifier.')))
  })
}

test('a layer in the middle may be frozen: the gradient runs through it', t => {
  const names = changed('vgg', { widths: [4, 6, 8] }, { frozen: ['block1'] })
  t.true(names.includes('encoder.block0.filter'))
  t.false(names.some(name => name.startsWith('encoder.block1.')))
})

test('a layer that is not there is refused, with those that are', t => {
  const problem = t.throws(() => modelOf('vgg', { widths: [4, 6] }, { frozen: ['blok0'] }))
  t.regex(problem!.message, /'encoder\.blok0' is to be frozen/)
  t.like(problem, { hint: "'encoder' has block0, block1." })
})

for (const [encoder, parameters, adapted] of [
  ['vgg', { widths: [4, 6] }, ['block0.filter', 'block1.filter']],
  ['vit', { patch: [8, 8], width: 8, depth: 1, heads: 2 }, undefined],
] as const) {
  test(`${encoder}: adapters learn, and nothing else of the encoder; before they have, nothing is other`, t => {
    const learning = { adapt: { rank: 2, alpha: 4 } }
    const names = changed(encoder, parameters, learning).filter(name => name.startsWith('encoder.'))
    t.true(names.length > 0 && names.every(name => name.endsWith('.adapter.up'))) // `down` moves once `up` is not zero
    if (adapted)
      t.deepEqual(
        names,
        adapted.map(name => `encoder.${name}.adapter.up`),
      )
    const sounds = () => engine.tf.tensor(normal([SIZE, 16, 16], 'x').data, [SIZE, 16, 16])
    const [one, other] = [learning, {}].map(how => modelOf(encoder, parameters, how).model.encode('encoder', sounds()))
    t.deepEqual([...one!.dataSync()], [...other!.dataSync()])
  })
}

test('adapters of some layers alone', t => {
  const names = changed('vgg', { widths: [4, 6] }, { adapt: { rank: 2, alpha: 4, layers: ['block1'] } })
  t.deepEqual(
    names.filter(name => name.startsWith('encoder.')),
    ['encoder.block1.filter.adapter.up'],
  )
})
