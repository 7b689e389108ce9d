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

test('of several random places the loudest is cut', t => {
  // frame n has power 10^n in one band: the later the louder, so that the start is the largest of three draws from 0..3
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < 4000; i++) {
    const values = { frames: 7, 'loudest-of': 3 }
    const mel: LogMel = { ...counting(10), read: (start, count) => new Float32Array(count * bands).fill(start) }
    const patch = runItem(cut, values, ports, { from: mel, rng: draws(`${i}`) }) as Patch
    counts[patch[0]!]! += 1
  }
  for (const [start, count] of counts.entries()) {
    const expected = ((start + 1) ** 3 - start ** 3) / 4 ** 3
    t.true(Math.abs(count / 4000 - expected) < 0.03, `${start}: ${count}`)
  }
})
