/** Nodes that follow others: a moving average of their weights, no gradient, and the same start. */
import { join } from 'node:path'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import type { Tensor } from '../../../engine/engine.js'
import type { CheckedGraph, CheckedNode } from '../../../graphs/language/checked.js'
import { buildModel, type Model } from '../../../graphs/model/model.js'
import { sections } from '../../../pipelines/configuration/sections.js'
import { Trainer } from '../../../pipelines/model/trainer.js'
import type { Port } from '../../../stages/ports.js'
import { loadStages } from '../../../stages/registry.js'
import { scratchFolder } from '../../earshot.js'
import { normal } from '../../engine/finite-differences.js'
import { near } from '../../engine/near.js'
import { engine, tensorOf } from '../../engine/started.js'
import { batchNode, tensorNode } from '../../graphs/model/graph-nodes.js'

const stages = await loadStages()
const folder = scratchFolder('teacher')
const SIZE = 6
const patch: Port = { kind: 'patch', rate: 16000, hop: 160, frames: 8, bands: 8 }
const [left, right] = [batchNode('left', SIZE, patch), batchNode('right', SIZE, patch)]
const node = (id: string, stage: string, from: Record<string, CheckedNode>, parameters: object = {}) =>
  tensorNode(stages, id, stage, from, parameters)
const following = (node: CheckedNode, follows: string): CheckedNode => ({
  ...node,
  follows,
  changes: { momentum: { at: [0], values: [0.75], between: 'hold' } },
})

const encoder = node('encoder', 'vgg', { from: left }, { widths: [4] })
const head = node('head', 'projection', { from: encoder }, { hidden: 8, width: 8 })
const teacher = following(node('teacher', 'vgg', { from: right }, { widths: [4] }), 'encoder')
const taught: CheckedGraph = {
  nodes: [left, right, encoder, head, teacher, node('alike', 'match', { from: head, target: teacher })],
}

function trainerOf(graph: CheckedGraph): { trainer: Trainer; model: Model } {
  const schedule = { kind: 'constant', 'learning-rate': 0.1 }
  const train = sections.train.parse({ steps: 10, optimiser: { kind: 'sgd', 'weight-decay': 0 }, schedule })!
  const model = buildModel(engine, graph, stages, 1)
  return { model, trainer: new Trainer(engine, model, { graph, seed: 1, threads: 2, precision: 'float32', train }) }
}
const step = (trainer: Trainer, at: number) => {
  const side = (name: string) => ({ only: normal([SIZE, 8, 8], `${name} ${at}`).data })
  return trainer.step({ left: side('left'), right: side('right') }, { step: at, logged: true })
}
const stateOf = ({ weights }: Model) => new Map([...weights.state()].map(([name, { data }]) => [name, data]))
const LEARNT = ['block0.filter', 'block0.scale', 'block0.offset']

test('it begins where the other does, and moves a quarter of the way after each step; it never learns', t => {
  const { trainer, model } = trainerOf(taught)
  t.false(model.trainable.some(({ name }) => name.startsWith('teacher')))
  const start = stateOf(model)
  for (const name of LEARNT) t.deepEqual(start.get(`teacher.${name}`), start.get(`encoder.${name}`))
  step(trainer, 1)
  const after = stateOf(model)
  for (const name of LEARNT) {
    const [before, now] = [start.get(`teacher.${name}`)!, after.get(`encoder.${name}`)!]
    t.notDeepEqual(now, before, name)
    near(
      t,
      after.get(`teacher.${name}`)!,
      before.map((value, at) => 0.75 * value + 0.25 * now[at]!),
      name,
    )
  }
  const mean = 'block0.mean'
  t.notDeepEqual(after.get(`teacher.${mean}`), after.get(`encoder.${mean}`), 'running statistics are of what it hears')
  t.notDeepEqual(after.get(`teacher.${mean}`), start.get(`teacher.${mean}`))
})

test('in training it normalises by the batch, as the other does; layers of it that follow frozen ones do not', t => {
  const both = (frozen?: string[]) => {
    const one = frozen ? { ...encoder, frozen } : encoder
    const other = { ...teacher, inputs: one.inputs }
    const model = buildModel(engine, { nodes: [left, one, other] }, stages, 1)
    const given = { left: tensorOf(normal([SIZE, 8, 8], 'batch')) }
    const { encoder: own, teacher: followed } = model.forward(given) as Record<string, Tensor>
    t.deepEqual(followed!.dataSync(), own!.dataSync())
    return own!.dataSync()
  }
  t.notDeepEqual(both(), both(['block0']))
})

test('no gradient goes through it: what it reads learns nothing by it', t => {
  const free = node('free', 'vgg', { from: right }, { widths: [4] })
  const guess = node('guess', 'projection', { from: free }, { hidden: 8, width: 8 })
  const goal = following(node('goal', 'projection', { from: encoder }, { hidden: 8, width: 8 }), 'guess')
  const alike = node('alike', 'match', { from: guess, target: goal })
  const { trainer, model } = trainerOf({ nodes: [left, right, encoder, free, guess, goal, alike] })
  const before = stateOf(model)
  step(trainer, 1)
  const after = stateOf(model)
  for (const name of LEARNT) {
    t.deepEqual(after.get(`encoder.${name}`), before.get(`encoder.${name}`))
    t.notDeepEqual(after.get(`free.${name}`), before.get(`free.${name}`))
  }
})

test('who starts from other weights takes along those that follow', t => {
  const file = join(folder, 'start.safetensors')
  const { trainer, model } = trainerOf(taught)
  for (const at of [1, 2, 3]) step(trainer, at)
  trainer.save(file)
  const trained = stateOf(model)
  const named = trainerOf(taught)
  named.trainer.takeNode('encoder', file, 'teacher')
  const found = stateOf(named.model)
  for (const name of [...LEARNT, 'block0.mean'])
    for (const id of ['encoder', 'teacher']) t.deepEqual(found.get(`${id}.${name}`), trained.get(`teacher.${name}`), id)
  const other = { ...taught, nodes: taught.nodes.map(one => (one.id === 'encoder' ? { ...one, id: 'small' } : one)) }
  const wired = other.nodes.map(one => ({
    ...one,
    ...(one.follows && { follows: 'small' }),
    inputs: Object.fromEntries(
      Object.entries(one.inputs).map(([name, input]) => [
        name,
        input.node === 'encoder' ? { ...input, node: 'small' } : input,
      ]),
    ),
  }))
  const renamed = trainerOf({ nodes: wired })
  const refused = (take: () => void) => t.throws(take, { instanceOf: Problem, code: 'nothing-taken' })!.message
  t.regex(
    refused(() => renamed.trainer.takeNode('small', file)),
    /encoder and teacher fit: name one/,
  )
  t.regex(
    refused(() => renamed.trainer.takeNode('small', file, 'head')),
    /'head' does not fit/,
  )
  t.regex(
    refused(() => renamed.trainer.takeNode('small', file, 'encodre')),
    /no node that fits. Did you mean 'encoder'/,
  )
})
