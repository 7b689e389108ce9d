import test from 'ava'
import { streamOf } from '../../../graphs/streams/draws.js'
import clips, { byClass, byDuration, byLabel } from '../../../stages/audio/clips.js'
import type { Clip } from '../../../stages/values.js'
import { fc, testProp } from '../../properties.js'

type Source = Extract<typeof clips, { runsIn: 'source' }>
const some = (count: number): Clip[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${i}`, path: `/${i}.wav`, labels: {} }))
const order = (draw: string, listed: Clip[], seed: number, batch = 2) =>
  (clips as Source).order(clips.parameters.parse({ draw }))({
    clips: listed,
    durations: () => listed.map(({ id }) => 1 + (Number(id) % 7)),
    activity: () => listed.map(({ id }) => Number(id) % 20),
    batch,
    rng: name => streamOf(`${seed} ${name}`),
  })

testProp(
  'by clip: each once, the same order for the same key',
  [fc.integer({ min: 0, max: 200 }), fc.nat()],
  (t, n, seed) => {
    const listed = some(n)
    const ids = order('clip', listed, seed).map(({ id }) => id)
    t.deepEqual([...ids].sort(), listed.map(({ id }) => id).sort())
    t.deepEqual(
      order('clip', listed, seed).map(({ id }) => id),
      ids,
    )
  },
)

testProp(
  'by duration: as many draws as clips, each clip its share, up or down by less than one',
  [fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: 1, maxLength: 100 }), fc.nat()],
  (t, durations, seed) => {
    const listed = some(durations.length)
    const drawn = byDuration(listed, durations, streamOf(`${seed}`))
    const total = durations.reduce((sum, seconds) => sum + seconds, 0)
    t.true(Math.abs(drawn.length - listed.length) <= 1)
    for (const [i, clip] of listed.entries()) {
      const times = drawn.filter(one => one === clip).length
      t.true(Math.abs(times - (durations[i]! / total) * listed.length) < 1 + 1e-6)
    }
  },
)

const labelled = (labels: readonly string[]): Clip[] =>
  labels.map((label, i) => {
    const own: Record<string, string> = label === '' ? {} : { label }
    return { id: `${i}`, path: `/${i}.wav`, labels: own }
  })

testProp(
  'by class: each class equally often up to one, each of its clips up to one, the same for the same key',
  [fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 60 }), fc.nat()],
  (t, labels, seed) => {
    fc.pre(labels.some(label => label !== ''))
    const listed = labelled(labels)
    const drawn = byClass(listed, { column: 'label' }, streamOf(`${seed}`))
    t.is(drawn.length, labels.filter(label => label !== '').length)
    const times = (of: (clip: Clip) => boolean) => drawn.filter(of).length
    const counts = [...new Set(labels)].filter(Boolean).map(name => times(({ labels }) => labels.label === name))
    t.true(Math.max(...counts) - Math.min(...counts) <= 1)
    for (const name of new Set(labels)) {
      const own = listed.filter(({ labels }) => labels.label === name).map(clip => times(one => one === clip))
      t.true(Math.max(...own) - Math.min(...own) <= 1)
    }
    t.deepEqual(byClass(listed, { column: 'label' }, streamOf(`${seed}`)), drawn)
  },
)

test('by class: a clip of several classes stands in each; without any label it is said', t => {
  const drawn = byClass(labelled(['a; b', 'c', 'c', 'c']), { column: 'label', separator: ';' }, streamOf('several'))
  t.true(drawn.filter(({ id }) => id === '0').length >= 2)
  t.throws(() => order('class', some(3), 1), { message: /No clip has a label in the column 'label'/ })
})

test('by class: the draws are those that they always were; empty names between separators are no class', t => {
  const listed = labelled(['a', 'b;c', 'c', 'a;b', 'b', 'a', 'c', 'c;a', 'b', 'a', 'b'])
  const drawn = (clips: readonly Clip[]) =>
    byClass(clips, { column: 'label', separator: ';' }, streamOf('several'))
      .map(({ id }) => id)
      .join(' ')
  t.is(drawn(listed), '7 6 3 5 3 8 1 4 1 2 7')
  const untidy = listed.map(clip => ({ ...clip, labels: { label: `;${clip.labels.label}; ;${clip.labels.label};` } }))
  t.is(drawn([...untidy, { id: 'none', path: '', labels: { label: ' ; ' } }]), drawn(listed))
})

test('by class: hundreds of thousands of clips of one class', t => {
  const listed = labelled(Array.from({ length: 300_000 }, () => 'one'))
  t.is(new Set(byClass(listed, { column: 'label' }, streamOf('many'))).size, listed.length)
})

test('by activity: every clip that holds sound, and a share of the quiet ones; all where none does', t => {
  const ids = order('active', some(200), 3).map(({ id }) => Number(id))
  t.is(ids.filter(id => id % 20 >= 10).length, 100)
  t.is(ids.filter(id => id % 20 < 10).length, 10)
  t.is(new Set(ids).size, 110)
  t.notDeepEqual(
    ids,
    order('active', some(200), 4).map(({ id }) => Number(id)),
  )
  t.is(order('active', some(10), 3).length, 10)
  t.is(order('active', some(200), 3, 128).length, 128, 'a batch is full')
})

testProp(
  'labelled: clips without a label once each, and between any of them the share of those with one, all before one comes again',
  [
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 200 }),
    fc.double({ min: 0.05, max: 0.95, noNaN: true }),
    fc.nat(),
  ],
  (t, known, others, share, seed) => {
    const listed = labelled([...Array(known).fill('a'), ...Array(others).fill('')])
    const drawn = byLabel(listed, { column: 'label', share }, streamOf(`${seed}`))
    const isLabelled = drawn.map(({ labels }) => (labels.label === undefined ? 0 : 1) as number)
    const count = (from: number, to: number) => isLabelled.slice(from, to).reduce((sum, one) => sum + one, 0)
    for (const [from, to] of [
      [0, drawn.length],
      [Math.floor(drawn.length / 3), Math.floor(drawn.length / 2)],
    ] as const)
      t.true(Math.abs(count(from, to) - share * (to - from)) < 1 + 1e-6)
    const times = listed.map(one => drawn.filter(clip => clip === one).length)
    t.true(Math.max(...times.slice(0, known)) - Math.min(...times.slice(0, known)) <= 1)
    t.true(Math.max(...times.slice(known)) - Math.min(...times.slice(known)) <= 1)
    t.deepEqual(drawn, byLabel(listed, { column: 'label', share }, streamOf(`${seed}`)))
  },
)

test('labelled: some clips need a label, and some none', t => {
  const drawn = (labels: string[]) => () => byLabel(labelled(labels), { column: 'label', share: 0.5 }, streamOf(''))
  t.throws(drawn(['', '']), { message: /No clip has a label in the column 'label'/ })
  t.throws(drawn(['a', 'b']), { message: /All clips have a label/ })
})
