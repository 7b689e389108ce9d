import test from 'ava'
import { changesTable, corrupt, type LabelNoise } from '../../../data/label-noise/corrupt.js'
import type { ListedClip } from '../../../data/manifests.js'
import { fc, testProp } from '../../properties.js'

const none: LabelNoise = { column: 'label', flip: 0, outside: 0, drop: 0, seed: 0 }
const CLASSES = ['kick', 'snare', 'tom', 'clap']
const labelled = (label?: string): Record<string, string> => (label === undefined ? {} : { label })
const clipsOf = (count: number, label: (at: number) => string | undefined): ListedClip[] =>
  Array.from({ length: count }, (_, at) => {
    const own = label(at)
    return { id: `${at}.wav`, path: `/${at}.wav`, labels: labelled(own) }
  })
const listed = (count: number) => ({ clips: clipsOf(count, at => CLASSES[at % 4]), columns: ['label'] })
const outside = clipsOf(60, () => undefined).map(clip => ({ ...clip, path: `/outside${clip.path}` }))
const shares = fc.constantFrom(0, 0.1, 0.2, 0.4)

testProp(
  'flips and sounds from outside come at their rates, to different clips, and are told',
  [shares, shares, fc.nat()],
  (t, flip, share, seed) => {
    const list = listed(100)
    const { clips, changes } = corrupt(list, { ...none, flip, outside: share, seed }, outside)
    t.is(clips.length, 100)
    t.is(new Set(clips.map(({ id }) => id)).size, 100)
    const others = clips.filter(({ labels }, at) => labels.label !== list.clips[at]!.labels.label)
    t.is(others.length, Math.round(100 * flip))
    t.true(others.every(({ labels }) => CLASSES.includes(labels.label!)))
    const foreign = clips.filter(({ path }) => path.startsWith('/outside'))
    t.is(foreign.length, Math.round(100 * share))
    t.true(foreign.every(clip => clip.labels.label === list.clips[clips.indexOf(clip)]!.labels.label))
    t.is(changes.length, others.length + foreign.length)
    t.deepEqual(corrupt(list, { ...none, flip, outside: share, seed }, outside), { clips, changes })
  },
)

test('the clips of a lower rate are a part of those of a higher one; another seed means others', t => {
  const flipped = (flip: number, seed: number) =>
    corrupt(listed(200), { ...none, flip, seed }).changes.map(({ clip, is }) => `${clip} ${is}`)
  const [few, many] = [flipped(0.1, 1), flipped(0.4, 1)]
  t.true(few.every(one => many.includes(one)))
  t.notDeepEqual(flipped(0.1, 2), few)
})

test('a share of the clips is the same share of every class, one at least; rates count what stays', t => {
  const list = {
    clips: [...listed(80).clips, { id: 'one', path: '/one', labels: { label: 'gong' } }],
    columns: ['label'],
  }
  const { clips } = corrupt(list, { ...none, keep: 0.1 })
  const counts = [...CLASSES, 'gong'].map(name => clips.filter(({ labels }) => labels.label === name).length)
  t.deepEqual(counts, [2, 2, 2, 2, 1])
  t.is(corrupt(listed(80), { ...none, keep: 0.5, flip: 0.1 }).changes.length, 4)
  const rest = corrupt(list, { ...none, keep: 0.1, rest: 'unlabelled' }).clips
  t.is(rest.length, list.clips.length)
  t.deepEqual(
    rest.filter(({ labels }) => labels.label !== undefined),
    clips,
  )
  const more = corrupt(list, { ...none, keep: 0.5 }).clips
  t.true(clips.every(clip => more.includes(clip)))
})

test('labels are dropped at their rate where a clip has several, never the last one', t => {
  const clips = clipsOf(50, at => (at % 2 === 0 ? 'kick; snare; tom' : 'clap'))
  const found = corrupt({ clips, columns: ['label'] }, { ...none, separator: ';', drop: 0.2 })
  const count = (list: readonly ListedClip[]) =>
    list.reduce((sum, { labels }) => sum + labels.label!.split(';').length, 0)
  t.is(count(clips) - count(found.clips), 20)
  t.true(found.clips.every(({ labels }) => labels.label !== ''))
  const all = corrupt({ clips, columns: ['label'] }, { ...none, separator: ';', drop: 1 })
  t.true(all.clips.every(({ labels }) => !labels.label!.includes(';')))
})

test('clips without a label stay; what cannot be done is said', t => {
  const list = { clips: clipsOf(10, at => (at < 5 ? CLASSES[at % 2] : undefined)), columns: ['label'] }
  t.deepEqual(corrupt(list, { ...none, flip: 1 }).clips.slice(5), list.clips.slice(5))
  t.throws(() => corrupt(list, { ...none, column: 'class' }), { message: /no column 'class'/ })
  t.throws(() => corrupt(listed(100), { ...none, outside: 0.9 }, outside), { message: /90 sounds .* there are 60/ })
  const alike = { clips: clipsOf(4, () => 'kick'), columns: ['label'] }
  t.throws(() => corrupt(alike, { ...none, flip: 0.5 }), { message: /no other class/ })
  t.is(changesTable([{ kind: 'flip', clip: 'a', was: 'kick', is: 'tom' }]), 'kind\tclip\twas\tis\nflip\ta\tkick\ttom\n')
})
