import test from 'ava'
import type { CheckedGraph } from '../../../../graphs/language/checked.js'
import { SHIFTS, SPARE, shifted, withWider } from '../../../../pipelines/evaluation/consistency/shifts.js'
import type { LogMel } from '../../../../stages/values.js'

/** 100 f + b at frame f and band b. */
const counting = (frames: number, bands: number): LogMel => ({
  frames,
  bands,
  read: (start, count) =>
    Float32Array.from({ length: count * bands }, (_, at) => 100 * (start + Math.floor(at / bands)) + (at % bands)),
})

test('along time the same bands, so many frames later', t => {
  for (const shift of SHIFTS) {
    const mel = shifted(counting(20, 3), 'time', shift)
    t.is(mel.frames, 20 - SPARE)
    t.is(mel.bands, 3)
    t.deepEqual(
      [...mel.read(4, 2)],
      [0, 1].flatMap(frame => [0, 1, 2].map(band => 100 * (4 + shift + frame) + band)),
    )
  }
})

test('along frequency the same frames, so many bands higher', t => {
  for (const shift of SHIFTS) {
    const mel = shifted(counting(20, 3 + SPARE), 'frequency', shift)
    t.is(mel.frames, 20 - SPARE)
    t.is(mel.bands, 3)
    t.deepEqual(
      [...mel.read(4, 2)],
      [0, 1].flatMap(frame => [0, 1, 2].map(band => 100 * (4 + frame) + band + shift)),
    )
  }
})

const graph = (parameters: object): CheckedGraph => ({
  nodes: [
    {
      ...{ id: 'mel', stage: 'log-mel', place: 'item', parameters: { ...parameters }, inputs: {} },
      ...{ lifted: false, draws: 'separate', joint: false },
      out: { kind: 'logmel', rate: 16000, hop: 160, bands: 64 },
    },
  ],
})

test('the wider spectrogram stands beside that of training', t => {
  const { features, wide } = withWider(graph({ bands: 64, low: 60 }), 'mel')
  t.deepEqual(
    features.nodes.map(({ id }) => id),
    ['mel', wide],
  )
  t.deepEqual(features.nodes[0], graph({ bands: 64, low: 60 }).nodes[0])
  t.deepEqual(features.nodes[1]!.parameters, { bands: 64 + SPARE, low: 60 })
  t.like(features.nodes[1]!.out, { bands: 64 + SPARE })
})

test('a front end without bands to raise says so', t => {
  t.throws(() => withWider(graph({ size: 64 }), 'mel'), { code: 'no-wider-front-end' })
})
