/** The recipes that follow a paper hold its settings, as seen where they take effect. */
import test from 'ava'
import type { CheckedNode } from '../../graphs/language/checked.js'
import { readGraph } from '../../graphs/language/read-graph.js'
import { readConfig } from '../../pipelines/configuration/config.js'
import { describePort } from '../../stages/ports.js'

async function nodesOf(file: string): Promise<(id: string) => CheckedNode> {
  const { graph, problems } = await readGraph(file)
  if (!graph) throw problems[0]
  return id => graph.nodes.find(node => node.id === id)!
}

test('uclser20: the front end, the views and the objective of the released configuration', async t => {
  const node = await nodesOf('graphs/uclser20.yaml')
  const mel = node('mel').parameters as Record<string, number>
  t.is(describePort(node('mel').out), 'logmel[frames x 96]@22050/220')
  t.is(Math.round(mel.window! * 22050), 660)
  t.like(mel, { shape: 'hamming', fft: 2048, low: 50, high: 10_500, scale: 'slaney', norm: 'none', floor: 1.1e-8 })
  t.like(node('wave').parameters, { 'at-least': 1, normalise: 'peak', 'head-room': 0.005 })
  t.is(describePort(node('view').out), 'pair<patch[101 x 96]@22050/220>')
  t.like(node('mixed').parameters, { ratio: [0, 0.05] })
  t.like(node('cropped').parameters, { area: [0.8, 1], aspect: [0.75, 1.3333] })
  t.like(node('squeezed').parameters, { factor: [0.75, 1] })
  t.like(node('noisy').parameters, { deviation: [0, 0.01] })
  const order = ['near', 'mixed', 'cropped', 'squeezed', 'noisy', 'view', 'batch']
  t.deepEqual(
    order.slice(1).map(id => node(id).inputs.from!.node),
    order.slice(0, -1),
  )
  t.is(describePort(node('projection').out), 'batch[128]<pair<embedding[512]>>')
  t.false(node('encoder').joint ?? false) // batch norm sees one view-batch at a time
  t.deepEqual(node('similarity').out, { kind: 'loss', chance: Math.log(255) })
})

test('uclser20: 500 epochs of 124 batches; the learning rate falls after 325 and 425', async t => {
  const { train } = await readConfig('configs/uclser20.yaml')
  const epoch = Math.ceil(15_813 / 128)
  t.is(train.steps, 500 * epoch)
  t.like(train.schedule, { 'learning-rate': 0.03, milestones: [325 * epoch, 425 * epoch], gamma: 0.1 })
  t.like(train.optimiser, { kind: 'sgd', momentum: 0.9, 'weight-decay': 1e-4 })
})

test('uclser20 at 16 kHz differs in the front end, and in crops that stick out: of so few bands most would be drawn again', async t => {
  const [paper, ours] = [await nodesOf('graphs/uclser20.yaml'), await nodesOf('graphs/uclser20-16k.yaml')]
  t.is(describePort(ours('mel').out), 'logmel[frames x 64]@16000/160')
  for (const id of ['near', 'mixed', 'cropped', 'squeezed', 'noisy', 'view', 'encoder', 'projection', 'similarity'])
    t.deepEqual({ ...ours(id).parameters, ...(id === 'cropped' && { outside: 'draw-again' }) }, paper(id).parameters)
})

test('M2D: the encoder sees three tenths of the pieces, the teacher the others and nothing else', async t => {
  const node = await nodesOf('graphs/m2d.yaml')
  t.is(describePort(node('encoder').out), 'batch[64]<tokens[29 x 192] of 12 x 8>')
  for (const id of ['teacher', 'predictor']) t.is(describePort(node(id).out), 'batch[64]<tokens[67 x 192] of 12 x 8>')
  t.is(node('rest').inputs.from!.node, 'mask')
})

test('SSAMBA: the objective of SSAST, scans in place of attention, twice the blocks', async t => {
  const [node, ssast] = [await nodesOf('graphs/ssamba.yaml'), await nodesOf('graphs/ssast.yaml')]
  t.like(node('encoder').parameters, { body: 'scan', depth: 8, width: 192 })
  t.is(ssast('encoder').parameters.depth, 4)
  for (const id of ['mask', 'finder', 'found', 'decoder', 'error'])
    t.deepEqual(node(id).parameters, ssast(id).parameters)
})

test('vocal imitation: a voice from another file, from the same place as its sound, an encoder of its own', async t => {
  const node = await nodesOf('graphs/vocal-imitation.yaml')
  t.is(node('voice').parameters.column, 'imitation')
  t.is(node('piece').draws, 'shared')
  t.deepEqual([node('sounds').inputs.from!.lane, node('voices').inputs.from!.lane], ['a', 'b'])
  t.is(node('voices').shares, undefined)
  t.deepEqual(node('similarity').out, { kind: 'loss', chance: Math.log(127) })
})

test('AudioMosaic: one copy of a patch without 0.6 of its time, one without 0.4 of its frequencies', async t => {
  const node = await nodesOf('graphs/audiomosaic.yaml')
  t.like(node('near').parameters, { mode: 'same' })
  t.like(node('times').parameters, { axis: 'time', share: 0.6 })
  t.like(node('frequencies').parameters, { axis: 'frequency', share: 0.4 })
  t.deepEqual([node('times').inputs.from!.lane, node('frequencies').inputs.from!.lane], ['a', 'b'])
  t.like(node('similarity').parameters, { temperature: 0.1 })
})
