import test from 'ava'
import type { LogMel, Patch } from '../../../stages/values.js'
import cut from '../../../stages/views/cut.js'
import { draws, logMelPort, outOf, patchPort, runItem } from './support.js'

const ports = { from: logMelPort }
const { bands } = patchPort
const counting = (frames: number): LogMel => ({
  frames,
  bands,
  read: (start, count) => Float32Array.from({ length: count * bands }, (_, i) => start * bands + i),
})
const firstFrame = (frames: number, length: number, seed: string) =>
  (runItem(cut, { frames: length }, ports, { from: counting(frames), rng: draws(seed) }) as Patch)[0]! / bands

test('a spectrogram becomes a patch of so many frames', t => {
  t.deepEqual(outOf(cut, { frames: 7 }, ports), { ...logMelPort, kind: 'patch', frames: 7 })
  const patch = runItem(cut, { frames: 7 }, ports, { from: counting(30), rng: draws('x') }) as Patch
  t.is(patch.length, 7 * bands)
})

test('every place where the patch fits comes up equally often', t => {
  const counts = new Map<number, number>()
  for (let i = 0; i < 4000; i++) {
    const start = firstFrame(10, 7, `${i}`)
    counts.set(start, (counts.get(start) ?? 0) + 1)
  }
  t.deepEqual([...counts.keys()].sort(), [0, 1, 2, 3])
  for (const count of counts.values()) t.true(Math.abs(count - 1000) < 120)
})

test('a shorter clip is repeated from its start', t => {
  const patch = runItem(cut, { frames: 3 }, ports, { from: counting(2), rng: draws('x') }) as Patch
  t.deepEqual(
    Array.from(patch.subarray(2 * bands)),
    Array.from({ length: bands }, (_, i) => i),
  )
})
