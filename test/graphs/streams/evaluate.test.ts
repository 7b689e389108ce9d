import test from 'ava'
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import type { Item } from '../../../graphs/streams/node-work.js'
import type { Pair, Patch } from '../../../stages/values.js'
import {
  CENTRED,
  CUT,
  clipsNamed,
  evaluatorOf,
  input,
  MIX,
  memoryStore,
  node,
  PATCH,
  RAMP,
  SOURCE,
  someClips,
  view,
} from './fake-graphs.js'

const clips = someClips(5)
const item = (rest: Partial<Item> = {}): Item => ({ clip: 3, epoch: 0, position: 0, occurrence: 0, ...rest })
const PAIR = CUT.out

async function valueAt(graph: CheckedGraph, id: string, at = item(), seed = 1): Promise<Pair<Patch>> {
  const values = await evaluatorOf(graph, clips, memoryStore(), seed).values([id], at)
  return values[id] as Pair<Patch>
}
const shift = (after: Patch, before: Patch) => after[0]! - before[0]!
const shaken = (rest = {}) => ({ nodes: [SOURCE, RAMP, CUT, view('shaken', 'shake', 'near', rest)] })

test('a stage of one item runs once a lane, each with draws of its own', async t => {
  const near = await valueAt(shaken(), 'near')
  const { a, b } = await valueAt(shaken(), 'shaken')
  t.not(shift(a, near.a), shift(b, near.b))
  t.true(a.every((value, i) => Math.abs(value - near.a[i]! - shift(a, near.a)) < 1e-6))
})

test('shared draws are the same in both lanes', async t => {
  const near = await valueAt(shaken(), 'near')
  const { a, b } = await valueAt(shaken({ draws: 'shared' }), 'shaken')
  t.true(Math.abs(shift(a, near.a) - shift(b, near.b)) < 1e-6)
})

test('draws depend on seed, node, epoch, clip and occurrence', async t => {
  const base = await valueAt(shaken(), 'shaken')
  t.deepEqual(await valueAt(shaken(), 'shaken', item({ position: 9 })), base)
  for (const other of [item({ epoch: 1 }), item({ clip: 2 }), item({ occurrence: 1 })])
    t.notDeepEqual(await valueAt(shaken(), 'shaken', other), base)
  t.notDeepEqual(await valueAt(shaken(), 'shaken', item(), 2), base)
  const renamed = { nodes: [SOURCE, RAMP, CUT, view('moved', 'shake', 'near')] }
  t.notDeepEqual(await valueAt(renamed, 'moved'), base)
})

test('one side of a pair by name', async t => {
  const one = view('one', 'shake', 'near', {
    inputs: { from: input('near', PATCH, { lane: 'b' }) },
    lifted: false,
    out: PATCH,
  })
  const graph = { nodes: [SOURCE, RAMP, CUT, one] }
  const near = await valueAt(graph, 'near')
  const value = (await valueAt(graph, 'one')) as unknown as Patch
  t.is(value.length, 6)
  t.true(value.every((number, i) => Math.abs(number - near.b[i]! - shift(value, near.b)) < 1e-6))
})

test('a node more leaves the draws of the others alone', async t => {
  const with_ = { nodes: [SOURCE, RAMP, CUT, view('more', 'shake', 'near'), view('shaken', 'shake', 'near')] }
  t.deepEqual(await valueAt(with_, 'shaken'), await valueAt(shaken(), 'shaken'))
})

test('banks give other clips, and the statistics of the set', async t => {
  const graph = { nodes: [SOURCE, RAMP, CUT, MIX, CENTRED('mixed')] }
  const near = await valueAt(graph, 'near')
  const mixed = await valueAt(graph, 'mixed')
  const added = [shift(mixed.a, near.a), shift(mixed.b, near.b)].map(more => Math.round(more / 3))
  t.is(new Set([...added, 3]).size, 3)
  t.true(added.every(number => number >= 0 && number < 5))
  const centred = await valueAt(graph, 'view')
  t.true(Math.abs(shift(centred.a, mixed.a) + 10) < 1e-5) // the mean is 10
})

test('a cached node is worked out once, then read', async t => {
  const store = memoryStore()
  const graph = { nodes: [SOURCE, RAMP, CUT, MIX] }
  for (let round = 0; round < 3; round++) {
    const evaluator = evaluatorOf(graph, clips, store)
    for (let clip = 0; clip < clips.length; clip++) await evaluator.values(['mixed'], item({ clip }))
  }
  t.is(store.written.length, clips.length)
})

test('only what is needed is run', async t => {
  const bad = node('bad', 'no-such-stage', 'item', { inputs: { from: input('near', PAIR) } })
  await t.notThrowsAsync(valueAt({ nodes: [SOURCE, RAMP, CUT, bad] }, 'near'))
  await t.throwsAsync(valueAt({ nodes: [SOURCE, RAMP, CUT, bad] }, 'bad'), { message: /no-such-stage/ })
})

test('drawing without saying so is an error', async t => {
  const graph = { nodes: [SOURCE, RAMP, CUT, view('sly', 'sly', 'near')] }
  await t.throwsAsync(valueAt(graph, 'sly'), { message: /node 'sly'.*'secret'.*draws: true/ })
})

test('what a stage throws reaches the caller', async t => {
  const evaluator = evaluatorOf(shaken(), clipsNamed('bad1', 'stubborn2', 'clip3'))
  await t.throwsAsync(evaluator.values(['shaken'], item({ clip: 0 })), { message: 'bad1 cannot be read' })
  await t.throwsAsync(evaluator.values(['shaken'], item({ clip: 1 })), { message: 'stubborn2 is stubborn' })
  await t.notThrowsAsync(evaluator.values(['shaken'], item({ clip: 2 })))
})

test('without draws a value is the same for every clip order and without preparation of others', async t => {
  const evaluator = evaluatorOf({ nodes: [SOURCE, RAMP] }, clips)
  const mel = (await evaluator.values(['mel'], item())).mel as { frames: number; read(a: number, b: number): Patch }
  t.is(mel.frames, 20)
  t.is(mel.read(0, 1)[0], 3)
})

test('each block of a long recording is a sign of life: only a node that gives none is told as stuck', async t => {
  const evaluator = evaluatorOf({ nodes: [SOURCE, RAMP] }, clips)
  const begun: number[] = []
  evaluator.onBegin = node => void begun.push(node)
  await evaluator.feature('mel', clips[0]!, id => id)
  t.is(begun.filter(node => node === 1).length, 1 + 20)
})
