import test from 'ava'
import { featureKey } from '../../../graphs/streams/features.js'
import { batchNode, CUT, input, node, RAMP, SOURCE } from './fake-graphs.js'

const graph = { nodes: [SOURCE, RAMP, CUT, batchNode(4, 'near')] }
const key = (nodes = graph.nodes, id = 'mel', hash = 'ab', clip = {}) => featureKey({ nodes }, id, hash, clip)

test('is hex, and the same each time', t => {
  t.regex(key(), /^[0-9a-f]{64}$/)
  t.is(key(), key())
})

test('depends on the sound, the stretch of it, and the parameters', t => {
  const slower = { ...RAMP, parameters: { frames: 21 } }
  const keys = [
    key(),
    key(graph.nodes, 'mel', 'cd'),
    key(graph.nodes, 'mel', 'ab', { start: 1 }),
    key(graph.nodes, 'mel', 'ab', { end: 1 }),
    key(graph.nodes, 'mel', 'ab', { start: 0 }),
    key([SOURCE, slower, CUT]),
    key([SOURCE, { ...RAMP, stage: 'other' }, CUT]),
  ]
  t.is(new Set(keys).size, keys.length)
})

test('depends on what stands above', t => {
  const wave = (rate: number) => node('wave', 'waveform', 'item', { parameters: { rate }, inputs: RAMP.inputs })
  const mel = { ...RAMP, inputs: { from: input('wave', { kind: 'waveform', rate: 1 }) } }
  t.not(key([SOURCE, wave(1), mel]), key([SOURCE, wave(2), mel]))
})

test('does not depend on names of nodes, order of parameters, what stands below, or how clips are drawn', t => {
  const renamed = [
    { ...SOURCE, id: 'sound', parameters: { draw: 'duration' } },
    { ...RAMP, id: 'spectrum', inputs: { from: input('sound', { kind: 'clip' }) } },
  ]
  t.is(key(renamed, 'spectrum'), key())
  const two = (parameters: object) => key([SOURCE, { ...RAMP, parameters: { ...parameters } }])
  t.is(two({ low: 1, high: { a: 1, b: 2 } }), two({ high: { b: 2, a: 1 }, low: 1 }))
})
