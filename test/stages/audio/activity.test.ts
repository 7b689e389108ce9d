import test from 'ava'
import activity, { activityOf, demandEvents, type EventSettings, eventsIn } from '../../../stages/audio/activity.js'
import type { Clip, Patch } from '../../../stages/values.js'
import cut from '../../../stages/views/cut.js'
import { draws, logMelPort, melOf, outOf, patchPort, runItem } from '../views/support.js'

const settings: EventSettings = { column: 'label', classes: ['kick', 'snare'], others: 'refuse', overlaps: 'refuse' }
const event = (start: number, end: number, label: string) => ({ start, end, labels: { label } })
const clip = (events?: Clip['events'], more: Partial<Clip> = {}): Clip => ({
  ...{ id: 'a', path: '/a.wav', labels: {}, ...more },
  ...(events && { events }),
})

test('a number a frame and class', t => {
  const out = outOf(activity, { classes: ['kick', 'snare'] }, { from: patchPort })
  t.deepEqual(out, { kind: 'activity', rate: 16000, hop: 160, frames: 12, classes: 2 })
})

test('1 from onset to offset, in the frames in which the patch was cut', t => {
  const mel = melOf(new Float32Array(30 * 8))
  const classes = ['kick', 'snare']
  for (const seed of ['x', 'y', 'z']) {
    let start = -1
    const read = (at: number, count: number) => {
      start = at
      return mel.read(at, count)
    }
    const from = { ...mel, read }
    const patch = runItem(cut, { frames: 12 }, { from: logMelPort }, { from, rng: draws(seed) }) as Patch
    const heard = clip([event(5.05, 5.1, 'kick'), event(5.08, 5.2, 'snare')], { start: 5, end: 5.3 })
    const ports = { from: patchPort }
    const found = runItem(activity, { classes }, ports, { from: patch, clip: heard }) as Float32Array
    const frames = Array.from({ length: 12 }, (_, at) => start + at)
    const expected = frames.flatMap(at => [Number(at >= 5 && at < 10), Number(at >= 8 && at < 20)])
    t.deepEqual([...found], expected)
    const nobody = runItem(activity, { classes }, ports, { from: patch, clip: clip() }) as Float32Array
    t.true(nobody.every(value => value === -1))
  }
})

test('what was done to a patch hides where it was cut', t => {
  const from = new Float32Array(12 * 8)
  const run = () => runItem(activity, { classes: ['a', 'b'] }, { from: patchPort }, { from, clip: clip([]) })
  t.throws(run, { message: /Where this patch was cut is not known/ })
})

test('an event is a frame at least, and repeats where the clip does', t => {
  const one = [{ onset: 0.012, offset: 0.013, class: 0 }]
  t.deepEqual([...activityOf(one, { start: 0, of: 3, frames: 7, classes: 1, hop: 0.01 })], [0, 1, 0, 0, 1, 0, 0])
})

test('events of a clip: cut at its ends, those of a class that overlap as one, several names of a stretch apart', t => {
  const events = [event(9, 11, 'kick'), event(10.5, 12, 'kick'), event(13, 20, 'snare;kick'), event(11, 12, 'bird')]
  t.deepEqual(eventsIn(clip(events, { start: 10, end: 15 }), settings), [
    { onset: 0, offset: 2, class: 0 },
    { onset: 3, offset: 5, class: 0 },
    { onset: 3, offset: 5, class: 1 },
  ])
})

test('strange classes, overlaps and missing annotations are told with names and counts', t => {
  const refused = (clips: Clip[], given: Partial<EventSettings> = {}) =>
    t.throws(() => demandEvents(clips, { ...settings, ...given }))!.message
  const strange = [event(0, 1, 'kick'), event(1, 2, 'bird'), event(2, 3, 'bird'), event(3, 4, 'dog')]
  t.regex(
    refused([clip(strange)]),
    /3 of 4 events have a label in 'label' that is none of the classes: bird \(2\), dog \(1\)/,
  )
  const twice = [event(0, 1, 'kick'), event(0.5, 2, 'kick'), event(0.5, 2, 'snare')]
  t.regex(
    refused([clip(twice), clip(twice, { id: 'b', start: 0.2 })]),
    /1 of 3 events begin before the one before them, .* ends: kick \(1\); the first, kick at 0.5 s of \/a.wav/,
  )
  t.regex(refused([clip(), clip()]), /None of 2 clips is a window of an annotated recording/)
  t.regex(refused([clip([event(0, 1, 'kick')])], { column: 'species' }), /No event has a label in the column 'species'/)
  const lenient: EventSettings = { ...settings, others: 'leave-out', overlaps: 'join' }
  t.deepEqual(demandEvents([clip([...strange, ...twice]), clip(undefined, { id: 'b' })], lenient), [
    '1 of 2 clips are of recordings that nobody annotated.',
    '3 of 6 events are of none of the classes: left out.',
    '1 of 6 events overlap one of their class: joined.',
  ])
})
