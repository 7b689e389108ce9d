import test from 'ava'
import { sourceOrder, spread } from '../../../graphs/streams/source-order.js'
import { fc, testProp } from '../../properties.js'
import { CUT, RAMP, SOURCE, someClips, stages } from './fake-graphs.js'

const clips = someClips(6)

test('an epoch is the same each time, another one is not, nor with another seed', t => {
  const order = (seed: number, epoch: number) => {
    const given = {
      graph: { nodes: [SOURCE, RAMP, CUT] },
      stages,
      clips,
      durations: () => [],
      activity: () => [],
      batch: 2,
    }
    return sourceOrder({ ...given, seed })(epoch)
  }
  t.deepEqual(order(1, 0), order(1, 0))
  const clipsOf = (seed: number, epoch: number) => order(seed, epoch).map(({ clip }) => clip)
  t.notDeepEqual(clipsOf(1, 0), clipsOf(1, 1))
  t.notDeepEqual(clipsOf(1, 0), clipsOf(2, 0))
  t.deepEqual(
    order(1, 0).map(({ position }) => position),
    [0, 1, 2, 3, 4, 5],
  )
})

test('a graph without a source, or with two, is refused', t => {
  const make = (...nodes: (typeof SOURCE)[]) =>
    sourceOrder({ graph: { nodes }, stages, clips, durations: () => [], activity: () => [], seed: 1, batch: 2 })
  t.throws(() => make(RAMP), { message: /none/ })
  t.throws(() => make(SOURCE, { ...SOURCE, id: 'other' }), { message: /'clip', 'other'/ })
})

const repeated = fc.array(
  fc.integer({ min: 0, max: 5 }).map(which => clips[which]!),
  { maxLength: 60 },
)

testProp(
  'spreading leaves no clip twice in a run, invents none, and fills all that can be filled',
  [repeated, fc.integer({ min: 1, max: 6 })],
  (t, order, size) => {
    const out = spread(order, size)
    const count = (list: readonly unknown[], clip: unknown) => list.filter(other => other === clip).length
    for (const clip of clips) t.true(count(out, clip) <= count(order, clip))
    if (new Set(order).size === order.length) return t.deepEqual(out, order)
    for (let at = 0; at < out.length; at += size) {
      const run = out.slice(at, at + size)
      t.is(new Set(run).size, run.length)
    }
    const left = clips.filter(clip => count(out, clip) < count(order, clip))
    t.true(new Set([...left, ...out.slice(out.length - (out.length % size))]).size < size)
    return undefined
  },
)
