import test from 'ava'
import { bankOf } from '../../../graphs/streams/banks.js'
import { streamOf } from '../../../graphs/streams/draws.js'
import type { Port } from '../../../stages/ports.js'
import mixStage from '../../../stages/scenes/mix.js'
import sceneStage from '../../../stages/scenes/scene.js'
import sceneLabels from '../../../stages/scenes/scene-labels.js'
import type { Clip, Recording } from '../../../stages/values.js'
import { draws, outOf, runItem } from '../views/support.js'

const recording: Port = { kind: 'recording', rate: 1000 }
const ports = { from: recording, events: recording, beds: recording }

const clips: Clip[] = Array.from({ length: 40 }, (_, i) => ({
  id: `clip ${i}`,
  path: `/sounds/${i}.wav`,
  labels: { kind: i < 20 ? 'bird' : i < 30 ? 'dog' : 'rain' },
}))

/** Noise of 300 samples whose every sample has the clip's number in its sign pattern: told apart by correlation. */
function soundOf(position: number): Recording {
  const samples = new Float32Array(300)
  streamOf(`sound ${position}`).fillNormal(samples, 0.1)
  return {
    rate: 1000,
    samples: samples.length,
    read: (start, count) => samples.slice(start, start + count),
    async *blocks() {
      yield samples
    },
  }
}

const bank = bankOf(clips, soundOf, undefined)
const given = { length: '1 s', longest: '0.5 s' }

async function stems(parameters: object, item: string): Promise<Float32Array[]> {
  const values = { clip: clips[0], from: soundOf(0), events: bank, beds: bank, rng: draws(item) }
  return (await runItem(sceneStage, { ...given, ...parameters }, ports, values)) as Float32Array[]
}

/** The clip whose sound a stem is a scaled copy of. */
function clipOf(stem: Float32Array): Clip {
  const onset = stem.findIndex(sample => sample !== 0)
  return clips.find((_, position) => {
    const samples = soundOf(position).read(0, 300)
    return [10, 150, 280].every(at => Math.abs(stem[onset + at]! / stem[onset]! - samples[at]! / samples[0]!) < 1e-3)
  })!
}

test('channels are the events and then the bed; the port says how many', t => {
  const excerpt = { kind: 'excerpt', rate: 1000, samples: 1000 } as const
  t.deepEqual(outOf(sceneStage, given, ports), { kind: 'channels', of: excerpt, count: 4 })
  t.deepEqual(outOf(sceneStage, given, { from: recording, events: recording }), {
    kind: 'channels',
    of: excerpt,
    count: 3,
  })
  t.throws(() => outOf(sceneStage, { length: 1, longest: 2 }, ports), { message: /2 s in a scene of 1 s/ })
})

test('absent events are silent, the bed is always last, the first event is the clip itself', async t => {
  const numbers = new Set<number>()
  for (let i = 0; i < 20; i++) {
    const [first, second, third, bed, ...rest] = await stems({}, `item ${i}`)
    t.is(rest.length, 0)
    t.is(clipOf(first!).id, 'clip 0')
    t.not(clipOf(second!).id, 'clip 0')
    t.true(bed!.every(sample => sample !== 0)) // repeated to the length of the scene
    numbers.add(third!.some(sample => sample !== 0) ? 3 : 2)
  }
  t.deepEqual([...numbers].sort(), [2, 3])
})

test('events come together by label in the share of scenes asked for', async t => {
  let same = 0
  for (let i = 0; i < 200; i++) {
    const [, second, third] = await stems({ number: [3, 3], together: { column: 'kind', share: 0.7 } }, `item ${i}`)
    const kinds = [second!, third!].map(stem => clipOf(stem).labels.kind === 'bird')
    t.is(kinds[0], kinds[1])
    if (kinds[0]) same++
  }
  t.true(Math.abs(same - 140) < 25, String(same))
})

test('beds come from the clips of a label', async t => {
  for (let i = 0; i < 10; i++) {
    const made = await stems({ 'bed-where': { column: 'kind', values: ['rain'] } }, `item ${i}`)
    t.is(clipOf(made[3]!.subarray(0, 300)).labels.kind ?? '', 'rain')
  }
})

test('the same draws give the same stems; their mix is their sum', async t => {
  const made = await stems({}, 'item')
  t.deepEqual(await stems({}, 'item'), made)
  t.notDeepEqual(await stems({}, 'another item'), made)
  const from = outOf(sceneStage, given, ports)
  t.deepEqual(outOf(mixStage, {}, { from }), { kind: 'excerpt', rate: 1000, samples: 1000 })
  const mixture = runItem(mixStage, {}, { from }, { from: made }) as Float32Array
  for (let i = 0; i < 1000; i++) t.true(Math.abs(mixture[i]! - made.reduce((sum, stem) => sum + stem[i]!, 0)) < 1e-6)
})

const classes = ['bird', 'dog', 'rain']
const labelled = (from: unknown, given: object = {}) =>
  runItem(
    sceneLabels,
    { column: 'kind', classes, ...given },
    { from: outOf(sceneStage, { length: '1 s', longest: '0.5 s' }, ports) },
    { from },
  )

test('labels of a scene are those of the clips that can be heard in it', async t => {
  const numbers = new Set<string>()
  for (let i = 0; i < 30; i++) {
    const made = await stems({ number: [2, 3] }, `item ${i}`)
    const events = made.slice(0, 3).filter(stem => stem.some(sample => sample !== 0))
    const kinds = new Set(events.map(stem => clipOf(stem).labels.kind))
    t.deepEqual(
      labelled(made),
      Float32Array.from(classes, name => (kinds.has(name) ? 1 : 0)),
    )
    numbers.add([...kinds].sort().join(' '))
  }
  t.true(numbers.size > 3)
})

test('labels that are no class count for nothing; a scene without any is dropped, and so is what is no scene', async t => {
  const made = await stems({ together: { column: 'kind', share: 1 } }, 'item')
  t.deepEqual(labelled(made, { classes: ['dog', 'bird'] }), Float32Array.of(0, 1))
  t.throws(() => labelled(made, { classes: ['dog', 'cat'] }), { code: 'not-a-class', message: /their labels: bird/ })
  t.throws(() => labelled([...made]), { code: 'no-scene' })
})
