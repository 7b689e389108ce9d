import test from 'ava'
import type { Tensor } from '../../../engine/tensor.js'
import { streamOf } from '../../../graphs/streams/draws.js'
import mixupShare from '../../../stages/audio/mixup-share.js'
import mixup from '../../../stages/heads/mixup.js'
import type { Port } from '../../../stages/ports.js'
import { near } from '../../engine/near.js'
import { engine, weightsFrom } from '../../engine/started.js'
import { builder, outOf } from '../built.js'
import { runItem } from '../views/support.js'

const { tf } = engine
const batch = (of: Port): Port => ({ kind: 'batch', size: 3, of })
const share = batch({ kind: 'embedding', size: 1 })
const patch: Port = { kind: 'patch', rate: 16000, hop: 160, frames: 1, bands: 2 }
const label: Port = { kind: 'label', classes: 2, unknown: true }
const mix = (of: Port, rows: Tensor) =>
  builder(mixup, {}, { from: batch(of), share })(weightsFrom(1).scope)(
    { from: rows, share: tf.tensor2d([0.75, 0.5, 1], [3, 1]) },
    { training: true },
  ) as Tensor

test('each row with the next one, the last with the first: sounds and labels by the same shares', t => {
  near(t, mix(patch, tf.tensor3d([0, 4, 8, 0, 2, 2], [3, 1, 2])).dataSync(), [2, 3, 5, 1, 2, 2])
  near(
    t,
    mix({ ...label, unknown: true }, tf.tensor2d([1, 0, 0, 1, 0, 1], [3, 2])).dataSync(),
    [0.75, 0.25, 0, 1, 0, 1],
  )
})

test('what is mixed with something unknown is unknown', t => {
  t.deepEqual([...mix(label, tf.tensor2d([1, 0, -1, -1, 0, 1], [3, 2])).dataSync()], [-1, -1, -1, -1, 0, 1])
})

test('pairs and masks are refused, and shares that are no single number', t => {
  const refused = (ports: Record<string, Port>) => t.throws(() => outOf(mixup, {}, ports))!.message
  t.regex(refused({ from: batch({ kind: 'pair', of: patch }), share }), /pair<patch.* arrives; name a side/)
  t.regex(refused({ from: batch(patch), share: batch({ kind: 'embedding', size: 4 }) }), /one number a clip.*4 arrive/)
})

test('shares are the larger part of a Beta draw: mean 1/2 + E|x - 1/2|', t => {
  const clip = { id: 'a', path: '/a.wav', labels: {} }
  const drawn = Array.from({ length: 4000 }, (_, at) => {
    const rng = (name: string) => streamOf(`${at} ${name}`)
    return (runItem(mixupShare, { alpha: 1 }, { from: { kind: 'clip' } }, { from: clip, rng }) as Float32Array)[0]!
  })
  t.true(Math.min(...drawn) >= 0.5 && Math.max(...drawn) <= 1)
  const mean = drawn.reduce((sum, one) => sum + one, 0) / drawn.length
  t.true(Math.abs(mean - 0.75) < 4 * (0.5 / Math.sqrt(12 * drawn.length)))
})
