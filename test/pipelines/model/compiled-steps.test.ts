/** Steps as one function of TensorFlow: the weights of steps done as ever, to the last bit, for each shape of graph. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { CheckedGraph, CheckedNode } from '../../../graphs/language/checked.js'
import { buildModel } from '../../../graphs/model/model.js'
import { type BatchValues, batchSize } from '../../../graphs/streams/layout.js'
import { sections } from '../../../pipelines/configuration/sections.js'
import { Trainer } from '../../../pipelines/model/trainer.js'
import type { Port } from '../../../stages/ports.js'
import { loadStages } from '../../../stages/registry.js'
import { scratchFolder } from '../../earshot.js'
import { normal } from '../../engine/finite-differences.js'
import { engine } from '../../engine/started.js'
import { batchNode, tensorNode } from '../../graphs/model/graph-nodes.js'

const stages = await loadStages()
const folder = scratchFolder('compiled-steps')
const SIZE = 6
const STEPS = 8
const patch: Port = { kind: 'patch', rate: 16000, hop: 160, frames: 16, bands: 16 }
const excerpt: Port = { kind: 'excerpt', rate: 8000, samples: 400 }
const node = (id: string, stage: string, inputs: Record<string, CheckedNode>, parameters = {}) =>
  tensorNode(stages, id, stage, inputs, parameters)

interface Case {
  nodes: CheckedNode[]
  /** Of one step. */
  values: (step: number) => BatchValues
  train?: object
  steps?: number
}

const numbers = (key: string, ...shape: number[]) => normal([SIZE, ...shape], key).data
const views = (step: number) => ({ a: numbers(`a ${step}`, 16, 16), b: numbers(`b ${step}`, 16, 16) })
const labels = () => ({
  only: Float32Array.from({ length: 2 * SIZE }, (_, at) => (at % 4 === 0 || at % 4 === 3 ? 1 : 0)),
})

const pairs = batchNode('batch', SIZE, { kind: 'pair', of: patch })
const encoder = node('encoder', 'vgg', { from: pairs }, { widths: [4, 6] })
const projection = node('projection', 'projection', { from: encoder }, { hidden: 8, width: 5 })
const contrast = node('contrast', 'nt-xent', { from: projection })

const frames = node('encoder', 'byol-a', { from: pairs }, { widths: [4], dense: [7, 6] })
const projected = node('projection', 'projection', { from: frames }, { hidden: 8, width: 5 })
const decoupled = node('contrast', 'nt-xent', { from: projected }, { decoupled: true })

const sliced = node('sliced', 'sigreg', { from: projection }, { slices: 5 })

const other = node('other', 'vgg', { from: pairs }, { widths: [3] })
const head = node('head', 'projection', { from: other }, { hidden: 8, width: 5 })
const second = node('second', 'vicreg', { from: head })

const labelled = batchNode('labels', SIZE, { kind: 'label', classes: 2 })
const single = batchNode('batch', SIZE, patch)

/** A classifier on an encoder. */
function supervised(stage: string, parameters: object, more: Partial<CheckedNode> = {}): CheckedNode[] {
  const encoder = { ...node('encoder', stage, { from: single }, parameters), ...more }
  const classifier = node('classifier', 'classifier', { from: encoder, targets: labelled })
  const loss = node('loss', 'cross-entropy', { from: classifier, targets: labelled })
  return [single, labelled, encoder, classifier, loss]
}
const classified = (step: number) => ({ batch: { only: numbers(`x ${step}`, 16, 16) }, labels: labels() })

/** A separator and its loss. */
function separation(loss: 'mixit' | 'pit'): Case {
  const small = { sources: 3, coefficients: 16, bottleneck: 8, channels: 12, blocks: 2, repeats: 1 }
  const given = batchNode('batch', SIZE, { kind: 'pair', of: excerpt })
  const stems = batchNode('stems', SIZE, { kind: 'channels', of: excerpt, count: 2 })
  const mixture = node('mixture', 'mixture', { from: given })
  const separator = node('separator', 'tdcn', { from: mixture }, small)
  const end =
    loss === 'mixit'
      ? node('loss', 'mixit', { from: separator, references: given })
      : node('loss', 'pit', { from: separator, stems })
  return {
    nodes: [given, ...(loss === 'pit' ? [stems] : []), mixture, separator, end],
    values: step => ({
      batch: { a: numbers(`a ${step}`, 400), b: numbers(`b ${step}`, 400) },
      ...(loss === 'pit' && { stems: { only: numbers(`s ${step}`, 2, 400) } }),
    }),
  }
}

const over = (values: number[], between: 'hold' | 'linear' = 'hold') => ({ at: [0, 4], values, between })

/** A classifier whose teacher follows it, some labels unknown, numbers that change. */
function taught(): Case {
  const some = batchNode('labels', SIZE, { kind: 'label', classes: 2, unknown: true })
  const encoder = node('encoder', 'vgg', { from: single }, { widths: [4, 6] })
  const classifier = node('classifier', 'classifier', { from: encoder, targets: some })
  const momentum = { momentum: over([0.5, 0.9], 'linear') }
  const teacher = {
    ...node('teacher', 'vgg', { from: single }, { widths: [4, 6] }),
    follows: 'encoder',
    changes: momentum,
  }
  const answer = {
    ...node('answer', 'classifier', { from: teacher, targets: some }),
    follows: 'classifier',
    changes: momentum,
  }
  const guess = {
    ...node('guess', 'pseudo-label', { from: answer }, { threshold: 0.5 }),
    changes: { threshold: over([0.5, 0.6]) },
  }
  const entropy = {
    ...node('entropy', 'cross-entropy', { from: classifier, targets: some }, { discard: { percentile: 90 } }),
    changes: { smoothing: over([0, 0.2], 'linear'), 'discard.percentile': over([90, 60]) },
  }
  const own = {
    ...node('own', 'l-q', { from: classifier, targets: guess }),
    changes: { q: over([0.7, 0.5]), weight: over([0, 1], 'linear') },
  }
  const alike = node('alike', 'match', { from: classifier, target: answer }, { kind: 'kl' })
  const unknown = () => Float32Array.of(1, 0, -1, -1, 0, 1, -1, -1, 1, 0, 0, 1)
  return {
    nodes: [single, some, encoder, classifier, teacher, answer, guess, entropy, own, alike],
    values: step => ({ batch: { only: numbers(`x ${step}`, 16, 16) }, labels: { only: unknown() } }),
  }
}

/** Some pieces of a patch are seen: the others are reconstructed, and guessed as a teacher has them. */
function masked(): Case {
  const masks = batchNode('masks', SIZE, { kind: 'indices', kept: 3, times: 4, bins: 2 })
  const small = { width: 8, depth: 1, heads: 2 }
  const vit = { ...small, patch: [4, 8] }
  const encoder = node('encoder', 'vit', { from: single, keep: masks }, vit)
  const decoder = node('decoder', 'decoder', { from: encoder, keep: masks }, { ...small, size: 32 })
  const error = node('error', 'reconstruct', { from: decoder, target: single, keep: masks })
  const predictor = node('predictor', 'predictor', { from: encoder, keep: masks }, small)
  const teacher = {
    ...node('teacher', 'vit', { from: single }, vit),
    follows: 'encoder',
    changes: { momentum: over([0.9, 1]) },
  }
  const match = { from: predictor, target: teacher, keep: masks }
  const alike = node('alike', 'match', match, { kind: 'l1', at: 'rest', standardise: true })
  const places = Float32Array.from({ length: SIZE * 8 }, (_, at) => (at + Math.floor(at / 8)) % 8)
  return {
    nodes: [single, masks, encoder, decoder, error, predictor, teacher, alike],
    values: step => ({ batch: { only: numbers(`x ${step}`, 16, 16) }, masks: { only: places.slice() } }),
  }
}

const clip = { kind: 'adamw', clip: 0.05 }
const cases: Record<string, Case> = {
  contrastive: { nodes: [pairs, encoder, projection, contrast], values: step => ({ batch: views(step) }) },
  'contrastive, clipped, AdamW': {
    nodes: [pairs, encoder, projection, contrast],
    values: step => ({ batch: views(step) }),
    train: { optimiser: clip },
  },
  'averaged, decoupled, BYOL-A': {
    nodes: [pairs, frames, projected, decoupled],
    values: step => ({ batch: views(step) }),
    train: { average: 0.9 },
  },
  'in directions that are drawn': {
    nodes: [pairs, encoder, projection, sliced],
    values: step => ({ batch: views(step) }),
  },
  'adapters, in chunks': {
    nodes: [pairs, { ...encoder, adapt: { rank: 2, alpha: 4 } }, projection, contrast],
    values: step => ({ batch: views(step) }),
    train: { chunk: 4 },
  },
  'two encoders and two losses': {
    nodes: [pairs, encoder, projection, { ...contrast, weight: 0.5 }, other, head, second],
    values: step => ({ batch: views(step) }),
    train: { 'gradients-every': 4 },
  },
  'supervised, mixed up': {
    nodes: supervised('vgg', { widths: [4, 6] }),
    values: classified,
    train: { mixup: { alpha: 0.2, 'warm-up': 2 } },
  },
  'ResNet-18': { nodes: supervised('resnet18', {}), values: classified, steps: 6 }, // eleven million weights
  'taps that learn their places': {
    nodes: supervised('convnext', { widths: [3, 4], depths: [1, 1], stem: 2, spacings: { size: 5, count: 3 } }),
    values: classified,
  },
  'a frozen block': { nodes: supervised('vgg', { widths: [4, 6] }, { frozen: ['block0'] }), values: classified },
  'a frozen encoder': { nodes: supervised('vgg', { widths: [4, 6] }, { frozen: true }), values: classified },
  'mixtures of mixtures': separation('mixit'),
  'known stems': separation('pit'),
  'a teacher that follows, and numbers that change': taught(),
  'a teacher in chunks': { ...taught(), train: { chunk: 4 } },
  'masked pieces': masked(),
}

function trainerOf({ nodes, train: given }: Case, compile: string): Trainer {
  const train = sections.train.parse({
    steps: STEPS,
    optimiser: { kind: 'sgd', 'weight-decay': 1e-4 },
    schedule: { kind: 'one-cycle', 'learning-rate': 1e-2 },
    compile,
    ...given,
  })!
  const graph: CheckedGraph = { nodes }
  return new Trainer(engine, buildModel(engine, graph, stages, 1), {
    graph,
    seed: 1,
    threads: 2,
    precision: 'float32',
    train,
  })
}

for (const [name, one] of Object.entries(cases)) {
  test.serial(`${name}: a function has the bits of steps done as ever, and leaves no tensor behind`, t => {
    t.is(batchSize({ nodes: one.nodes }), SIZE)
    const [plain, compiled] = [trainerOf(one, 'off'), trainerOf(one, 'function')]
    const tensors: number[] = []
    for (let step = 1; step <= (one.steps ?? STEPS); step++) {
      const given = { step, logged: step % 3 === 0 }
      const { seconds: _, waited: __, tensors: ___, ...expected } = plain.step(one.values(step), given)
      const { seconds: ____, waited: _____, tensors: alive, ...found } = compiled.step(one.values(step), given)
      t.deepEqual(found, expected, `step ${step}`)
      if (step > 4) tensors.push(alive)
    }
    t.is(new Set(tensors).size, 1, `tensors alive: ${tensors}`)
  })
}

for (const [compile, name] of [
  ['function', 'supervised, mixed up'],
  ['xla', 'supervised, mixed up'],
  ['auto', 'supervised, mixed up'],
  ['function', 'a teacher that follows, and numbers that change'],
] as const) {
  test.serial(`${compile}: ${name}: gone on with from a checkpoint, the bits are those of steps at one go`, t => {
    const one = { ...cases[name]!, train: { average: 0.9 } }
    const files = ['half', 'whole', 'gone on with'].map(part => join(folder, `${compile} ${name} ${part}.safetensors`))
    const [half, whole, resumed] = files as [string, string, string]
    const trained = (trainer: Trainer, from: number, to: number) => {
      for (let step = from; step <= to; step++) trainer.step(one.values(step), { step, logged: false })
      return trainer
    }
    const trainer = trained(trainerOf(one, compile), 1, 5)
    trainer.checkpoint(half)
    trained(trainer, 6, 8).checkpoint(whole)
    const other = trainerOf(one, compile)
    other.resume(half)
    trained(other, 6, 8).checkpoint(resumed)
    t.deepEqual(readFileSync(resumed), readFileSync(whole))
  })
}

test.serial('auto tells what it has chosen, once', t => {
  const one = cases['supervised, mixed up']!
  const trainer = trainerOf(one, 'auto')
  const reports = Array.from({ length: 5 }, (_, at) =>
    trainer.step(one.values(at + 1), { step: at + 1, logged: false }),
  )
  const choices = reports.flatMap(({ choice }) => choice ?? [])
  t.is(choices.length, 1)
  t.true(['off', 'function'].includes(choices[0]!.how), 'no XLA where there are convolutions')
})

test.serial(
  'embeddings have the same bits however often they are asked for, and are those of the weights of now',
  t => {
    const one = cases['supervised, mixed up']!
    const trainer = trainerOf(one, 'function')
    const embed = (by: Trainer) => by.encode('encoder', numbers('embedded', 16, 16), SIZE)
    const file = join(folder, 'embedded.safetensors')
    for (let step = 1; step <= STEPS; step++) {
      trainer.step(one.values(step), { step, logged: false })
      trainer.save(file)
      const fresh = trainerOf(one, 'off')
      fresh.load(file)
      t.deepEqual(embed(trainer), embed(fresh), `after step ${step}`)
    }
  },
)
