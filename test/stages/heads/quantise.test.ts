/** Codes of pieces and tokens, the loss that guesses them, and the codebooks that `cluster` makes. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { decodeSafetensors, encodeSafetensors } from '../../../engine/safetensors.js'
import { streamOf } from '../../../graphs/streams/draws.js'
import { kMeans, spreadCentres } from '../../../pipelines/statistics/k-means.js'
import quantise from '../../../stages/heads/quantise.js'
import guessCodes from '../../../stages/losses/guess-codes.js'
import type { Port } from '../../../stages/ports.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { FLOAT64, near } from '../../engine/near.js'
import { engine, fixture, weightsFrom } from '../../engine/started.js'
import { smallConfig } from '../../small-config.js'
import { builder, outOf } from '../built.js'

const { tf } = engine
const BATCH = 2
const grid = { times: 3, bins: 2 }
const tokens: Port = { kind: 'batch', size: BATCH, of: { kind: 'tokens', count: 6, size: 6, ...grid } }
const patches: Port = { kind: 'batch', size: BATCH, of: { kind: 'patch', rate: 16000, hop: 160, frames: 9, bands: 4 } }
const { codes, clusters } = fixture<{
  codes: Record<'vectors' | 'projection' | 'codebook' | 'own' | 'random' | 'nearest' | 'logits' | 'keep', number[]> & {
    loss: number
    gradient: number[]
    rounding: { loss: number; gradient: number }
  }
  clusters: Record<'vectors' | 'start' | 'centres', number[][]> & { inertia: number; labels: number[] }
}>('quantise/case.json')
const vectors = () => tf.tensor3d(codes.vectors, [BATCH, 6, 6])
const stored = (data: number[], ...shape: number[]) => ({ shape, data: Float32Array.from(data) })
const matrix = (of: number[][]) => ({ rows: of.length, columns: of[0]!.length, values: Float64Array.from(of.flat()) })

test('a random projection gives the codes of BEST-RQ, of tokens and of pieces alike', t => {
  const weights = weightsFrom(1)
  const of = builder(quantise, { codes: 7, width: 4 }, { from: tokens })(weights.scope)
  const own = new Map([
    ['projection', stored(codes.projection, 6, 4)],
    ['codebook', stored(codes.codebook, 7, 4)],
  ])
  weights.load(own)
  t.deepEqual([...of({ from: vectors() }, { training: true }).dataSync()], codes.random)
  t.is(weights.trainable.length, 0)
  // the same pieces, 3 frames x 2 bands each, as they lie in a patch
  const patch = tf.reshape(tf.transpose(tf.reshape(vectors(), [BATCH, 3, 2, 3, 2]), [0, 1, 3, 2, 4]), [BATCH, 9, 4])
  const other = weightsFrom(1)
  const pieces = builder(quantise, { codes: 7, width: 4, patch: [3, 2] }, { from: patches })(other.scope)
  other.load(own)
  t.deepEqual([...pieces({ from: patch }, { training: true }).dataSync()], codes.random)
})

test('a codebook gives the nearest of its codes; another size is refused; where it is gone a checkpoint brings it', t => {
  const folder = scratchFolder('codebook')
  const file = join(folder, 'codes.safetensors')
  writeFileSync(file, encodeSafetensors(new Map([['codebook', stored(codes.own, 7, 6)]])))
  const build = (parameters: object) =>
    builder(quantise, { kind: 'codebook', file, ...parameters }, { from: tokens })(weightsFrom(1).scope)
  const of = build({ codes: 7 })
  t.deepEqual([...of({ from: vectors() }, { training: true }).dataSync()], codes.nearest)
  t.throws(() => build({ codes: 8 }), { message: /7 codes of 6 numbers, and 8 of 6 are asked for/ })
  t.notThrows(() => build({ codes: 8, file: join(folder, 'gone.safetensors') }))
})

test('what is guessed is of hidden pieces alone: value and gradient of PyTorch, chance, sizes', t => {
  const target = outOf(quantise, { codes: 7, patch: [3, 2] }, { from: patches })
  t.deepEqual(target, { kind: 'batch', size: BATCH, of: { kind: 'codes', count: 6, codes: 7, ...grid } })
  const from: Port = { kind: 'batch', size: BATCH, of: { kind: 'tokens', count: 6, size: 7, ...grid } }
  const keep: Port = { kind: 'batch', size: BATCH, of: { kind: 'indices', kept: 2, ...grid } }
  const ports = { from, target, keep }
  t.deepEqual(outOf(guessCodes, {}, ports), { kind: 'loss', chance: Math.log(7) })
  t.throws(() => outOf(guessCodes, {}, { ...ports, from: tokens }), { message: /Write size: 7 at the decoder/ })
  const loss = builder(guessCodes, {}, ports)(weightsFrom(1).scope)
  const given = { target: tf.tensor2d(codes.random, [BATCH, 6]), keep: tf.tensor2d(codes.keep, [BATCH, 6]) }
  const logits = tf.tensor3d(codes.logits, [BATCH, 6, 7])
  const { value, grad } = tf.valueAndGrad(x => loss({ ...given, from: x }, { training: true }).asScalar())(logits)
  near(t, value.dataSync(), [codes.loss], 'loss', { rounding: codes.rounding.loss })
  near(t, grad.dataSync(), codes.gradient, 'gradient', { rounding: codes.rounding.gradient })
  const all = builder(guessCodes, {}, { from, target })(weightsFrom(1).scope)
  const even = all({ from: tf.zerosLike(logits), target: given.target }, { training: true }).dataSync()
  near(t, even, [Math.log(7)])
})

test('k-means is that of scikit-learn, a cluster that loses its vectors too; first centres are spread', t => {
  const { vectors, start, centres, inertia, labels } = clusters
  const found = kMeans(matrix(vectors), matrix(start), 300)
  near(t, found.centres.values, centres.flat(), 'centres', { unit: FLOAT64 })
  near(t, [found.inertia], [inertia], 'inertia', { unit: FLOAT64 })
  t.deepEqual(
    found.sizes,
    found.sizes.map((_, k) => labels.filter(label => label === k).length),
  )
  const apart = matrix([[0], [0.1], [0.2], [100], [100.1], [-100], [-100.1]])
  for (let seed = 0; seed < 20; seed++) {
    const chosen = [...spreadCentres(apart, 3, streamOf(`${seed}`)).values].map(Math.round).toSorted((a, b) => a - b)
    t.deepEqual(chosen, [-100, 0, 100])
  }
})

test('cluster makes the codebook that a config asks for, of pieces or of tokens; training wants it there', async t => {
  const { folder, config, cache } = smallConfig('cluster', { steps: 2, every: 2 })
  const file = join(folder, 'codes.yaml')
  writeFileSync(
    file,
    `extends: ${join(process.cwd(), 'graphs/hubert.yaml')}
data: { set: ${JSON.stringify(join(folder, 'sounds'))} }
nodes:
  batch:   { size: 8 }
  masks:   { size: 8 }
  codes:   { codes: 5, file: made/codes.safetensors }
  encoder: { width: 16, depth: 1, heads: 2 }
  decoder: { size: 5, width: 16, depth: 1 }
train: { steps: 2, log-every: 1, calibration: 1, optimiser: { kind: sgd }, schedule: { kind: constant, learning-rate: 0.05 } }
`,
  )
  const run = join(folder, 'run')
  const early = await earshot(['train', file, '--run', run], cache)
  t.is(early.code, 1)
  t.regex(early.error, /There is no codebook .*made.*earshot cluster/s)
  const made = await earshot(['cluster', file, '--batches', '2', '--vectors', '200', '--json'], cache)
  t.is(made.code, 0, made.error)
  const { left, ...said } = JSON.parse(made.out)
  t.like(said, { node: 'codes', codes: 5, size: 64, vectors: 200 })
  t.true(left > 0 && left < 1)
  const { shape, data } = decodeSafetensors(readFileSync(join(folder, 'made/codes.safetensors'))).tensors.get(
    'codebook',
  )!
  t.deepEqual(shape, [5, 64])
  t.true(data.every(Number.isFinite))
  const trained = await earshot(['train', file, '--run', run], cache)
  t.is(trained.code, 0, trained.error)
  const none = await earshot(['cluster', config], cache)
  t.is(none.code, 1)
  t.regex(none.error, /No node asks for a codebook/)
})
