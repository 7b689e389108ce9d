import test from 'ava'
import type { Port } from '../../../stages/ports.js'
import batch from '../../../stages/sinks/batch.js'
import { outOf } from '../views/support.js'

const patch: Port = { kind: 'patch', rate: 16000, hop: 160, bands: 64, frames: 96 }

test('a batch of whatever arrives', t => {
  const out = (from: Port) => outOf(batch, { size: 32 }, { from })
  t.deepEqual(out(patch), { kind: 'batch', of: patch, size: 32 })
  t.deepEqual(out({ kind: 'pair', of: patch }), { kind: 'batch', of: { kind: 'pair', of: patch }, size: 32 })
})

test('128 items by default, at least one', t => {
  t.deepEqual(batch.parameters.parse({}), { size: 128 })
  for (const size of [0, -1, 1.5, '8']) t.false(batch.parameters.safeParse({ size }).success)
})
