/** A run from the weights of another one: node by node, told, refused where nothing fits. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { readTensors } from '../../../engine/checkpoints/tensors.js'
import { isOfAdapter } from '../../../engine/low-rank.js'
import { decodeSafetensors } from '../../../engine/safetensors.js'
import type { StoredTensor } from '../../../engine/weights.js'
import { takenText, takeWeights } from '../../../graphs/model/start-weights.js'
import { writeExport } from '../../../pipelines/exchange/export/write-export.js'
import { findCheckpoint } from '../../../pipelines/model/checkpoint.js'
import { earshot } from '../../earshot.js'
import { weightsFrom } from '../../engine/started.js'
import { smallConfig } from '../../small-config.js'

const start = (size: number) => new Float32Array(size).fill(1)

function smallModel(classes: number) {
  const weights = weightsFrom(1)
  weights.scope.within('encoder').weight('filter', [2, 3], start)
  weights.scope.within('encoder').statistic('mean', [3], start)
  weights.scope.within('classifier').weight('weight', [3, classes], start)
  return weights
}

const filled = (...shape: number[]): StoredTensor => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b)).fill(7),
})
const saved = () =>
  new Map([
    ['encoder.filter', filled(2, 3)],
    ['encoder.mean', filled(3)],
    ['projection.bias', filled(4)],
    ['classifier.weight', filled(3, 5)],
  ])

test('an encoder is taken with its statistics, a classifier of other classes starts afresh, the rest is named', t => {
  const weights = smallModel(2)
  const taken = takeWeights(weights, saved(), 'runs/one')
  t.deepEqual(taken, {
    taken: ['encoder'],
    fresh: { classifier: 'classifier.weight is [3 x 5] there, and [3 x 2] here' },
    unused: ['projection', 'classifier'],
  })
  const state = weights.state()
  t.deepEqual([...new Set(state.get('encoder.filter')!.data)], [7])
  t.deepEqual([...new Set(state.get('encoder.mean')!.data)], [7])
  t.deepEqual([...new Set(state.get('classifier.weight')!.data)], [1])
  t.is(
    takenText(taken, 'runs/one'),
    'From runs/one: encoder.\nStarting afresh: classifier (classifier.weight is [3 x 5] there, and [3 x 2] here).\nLeft unused: projection, classifier.',
  )
})

test('a node is taken whole or not at all; where nothing fits it is refused and nothing is changed', t => {
  const weights = smallModel(2)
  const half = saved()
  half.delete('encoder.mean')
  const problem = t.throws(() => takeWeights(weights, half, 'runs/one'))
  t.regex(problem!.message, /Nothing in runs\/one fits.*encoder\.mean is not there.*\[3 x 5\] there/)
  t.deepEqual([...new Set(weights.state().get('encoder.filter')!.data)], [1])
  const deeper = saved().set('encoder.further', filled(1))
  t.throws(() => takeWeights(weights, deeper, 'runs/one'), { message: /encoder\.further is there, and not here/ })
})

test('train --from a run of another graph takes its encoder', async t => {
  const { folder, config, cache, sounds } = smallConfig('from', { steps: 1, every: 1 })
  const first = join(folder, 'first')
  const trained = await earshot(['train', config, '--run', first], cache)
  t.is(trained.code, 0, trained.error)
  const second = join(folder, 'second')
  const edits = ['--set', 'nodes.projection.width=4', '--set', 'nodes.encoder.frozen=true']
  const { code, error } = await earshot(['train', config, '--run', second, '--from', first, ...edits], cache)
  t.is(code, 0, error)
  t.regex(error, /From .*step-000001\.safetensors: encoder\.\nStarting afresh: projection \(projection\.\S+ is \[/)
  const note = JSON.parse(readFileSync(join(second, 'started-from.json'), 'utf8'))
  t.like(note, { step: 1, taken: ['encoder'], unused: ['projection'] })
  const [one, other] = [first, second].map(run => readTensors(findCheckpoint(run).tensors).weights)
  for (const [name, { data }] of one!) if (name.startsWith('encoder.')) t.deepEqual(other!.get(name)!.data, data, name)
  t.regex(
    readFileSync(join(second, 'run.yaml'), 'utf8'),
    /from: .*first/,
    'kept, as a run that is killed before its first step begins anew',
  )
  for (const name of readdirSync(join(second, 'checkpoints'))) rmSync(join(second, 'checkpoints', name))
  const anew = await earshot(['train', '--run', second, '--resume'], cache)
  t.is(anew.code, 0, anew.error)
  t.regex(anew.error, /From .*step-000001\.safetensors: encoder\./)
  const none = ['--swap', 'encoder=resnet18', '--set', 'nodes.projection.width=4']
  const refused = await earshot(['train', config, '--run', join(folder, 'third'), '--from', first, ...none], cache)
  t.is(refused.code, 1)
  t.regex(refused.error, /Nothing in .* fits this graph/)
  const taught = join(folder, 'taught.yaml')
  writeFileSync(
    taught,
    `extends: ${config}
nodes:
  encoder: { weights: first, adapt: { rank: 2 } }
  teacher: { follows: encoder, from: batch, momentum: 1 }
  alike: { stage: match, from: encoder.a, target: teacher.b }
`,
  )
  const third = join(folder, 'third')
  const started = await earshot(['train', taught, '--run', third], cache)
  t.is(started.code, 0, started.error)
  const last = readTensors(findCheckpoint(third).tensors).weights
  const before = one!.get('encoder.block0.filter')!.data
  t.deepEqual(last.get('teacher.block0.filter')!.data, before, 'weights: the node, and who follows it, start there')
  t.deepEqual(last.get('encoder.block0.filter')!.data, before, 'adapt: the weights stay, their adapters learn')
  t.true(last.get('encoder.block0.filter.adapter.up')!.data.some(value => value !== 0))
  t.true(last.get('teacher.block0.filter.adapter.up')!.data.every(value => value === 0))
  await writeExport({ run: third, output: join(folder, 'export'), formats: ['safetensors'], encoder: 'encoder' })
  const file = join(folder, 'export/safetensors/encoder.safetensors')
  const exported = decodeSafetensors(readFileSync(file)).tensors
  t.notDeepEqual(exported.get('block0.filter')!.data, before, 'exported merged')
  t.false([...exported.keys()].some(isOfAdapter))
  const arrow = join(folder, 'teacher.arrow')
  const embedded = await earshot(['embed', third, sounds, '-o', arrow, '--layer', 'teacher'], cache)
  t.is(embedded.code, 0, embedded.error)
})

function twoEncoders() {
  const weights = weightsFrom(1)
  for (const node of ['student', 'teacher', 'encoder']) {
    weights.scope.within(node).weight('filter', [2, 3], start)
    weights.scope.within(node).statistic('mean', [3], start)
  }
  return weights
}
const firstOf = (weights: ReturnType<typeof twoEncoders>, name: string) => weights.state().get(name)!.data[0]

test('a node of the run becomes another one here, or several', t => {
  const weights = twoEncoders()
  const taken = takeWeights(weights, saved(), 'runs/one', { encoder: 'teacher' })
  t.deepEqual(taken.taken, ['teacher'])
  t.deepEqual(taken.unused, ['projection', 'classifier'])
  t.deepEqual(
    ['teacher', 'student', 'encoder'].map(node => firstOf(weights, `${node}.filter`)),
    [7, 1, 1],
  )
  const both = twoEncoders()
  t.deepEqual(takeWeights(both, saved(), 'r', { encoder: ['encoder', 'teacher'] }).taken, ['teacher', 'encoder'])
  t.deepEqual(
    ['teacher', 'student', 'encoder'].map(node => firstOf(both, `${node}.mean`)),
    [7, 1, 7],
  )
})

test('what is named has to be there and to fit; nothing is changed otherwise', t => {
  const weights = twoEncoders()
  const refused = (as: Record<string, string>) =>
    t.throws(() => takeWeights(weights, saved(), 'runs/one', as), { instanceOf: Problem })?.message
  t.is(refused({ encodr: 'teacher' }), "runs/one has no node 'encodr' (train.from.as). Did you mean 'encoder'?")
  t.is(
    refused({ projection: 'teacher' }),
    "'projection' of runs/one cannot become 'teacher': teacher.filter is not there.",
  )
  t.is(refused({ encoder: 'nobody' }), "'encoder' of runs/one cannot become 'nobody': it has no weights here.")
  t.is(firstOf(weights, 'teacher.filter'), 1)
})
