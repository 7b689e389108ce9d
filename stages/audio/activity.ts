import { z } from 'zod'
import { namesIn, SEPARATOR } from '../../data/label-cells.js'
import { Problem, someOf } from '../../data/problem.js'
import { asCut, describeStage, patch } from '../contract.js'
import type { Clip } from '../values.js'
import { placeOf } from '../views/temporal-proximity.js'
import { labelSettings } from './label.js'

const parameters = z.strictObject({
  column: labelSettings.column.describe('column of the annotations that names the class of an event'),
  classes: labelSettings.classes,
  others: z
    .enum(['refuse', 'leave-out'])
    .default('refuse')
    .describe('events of other classes: training does not begin, or they count for nothing'),
  overlaps: z
    .enum(['refuse', 'join'])
    .default('refuse')
    .describe('events of one class that overlap in a recording: training does not begin, or they are one event'),
})

/** Which of the annotations are events, and what is done with those that are odd. */
export type EventSettings = z.output<typeof parameters>

/** What was annotated, frame by frame: where training learns when something is heard. */
export default describeStage({
  runsIn: 'item',
  name: 'activity',
  summary:
    'Which classes are heard in each frame of a patch: 1 from the onset to the offset of an annotated event, else 0; -1 throughout in recordings that nobody annotated.',
  source: 'Cakir et al., TASLP 2017, 2',
  parameters,
  in: { from: asCut(patch) },
  out: ({ from: { rate, hop, frames } }, { classes }) => ({
    kind: 'activity',
    ...{ rate, hop, frames, classes: classes.length },
  }),
  clips: settings => async clips => demandEvents(clips, settings),
  work: (settings, { out }) => {
    const { frames, classes, hop, rate } = out
    return ({ from, clip }) => {
      const place = placeOf(from, 'activity')
      if (!clip.events) return new Float32Array(frames * classes).fill(-1)
      return activityOf(eventsIn(clip, settings), { ...place, frames, classes, hop: hop / rate })
    }
  },
})

/** Seconds from the start of the clip, and the number of the class. */
export interface ClassEvent {
  onset: number
  offset: number
  class: number
}

/** Events of the classes in an annotated clip, as far as they lie in it, by class and onset; those of a class that overlap are one. */
export function eventsIn(
  { events = [], start = 0, end = Number.POSITIVE_INFINITY }: Pick<Clip, 'events' | 'start' | 'end'>,
  { column, classes }: Pick<EventSettings, 'column' | 'classes'>,
): ClassEvent[] {
  const found = events.flatMap(({ labels, ...event }) =>
    namesIn(labels[column], SEPARATOR).map(name => ({
      onset: Math.max(event.start, start) - start,
      offset: Math.min(event.end, end) - start,
      class: classes.indexOf(name),
    })),
  )
  const joined: ClassEvent[] = []
  for (const event of found.sort((a, b) => a.class - b.class || a.onset - b.onset)) {
    const last = joined.at(-1)
    if (event.class < 0 || event.offset <= event.onset) continue
    if (last?.class === event.class && event.onset < last.offset) last.offset = Math.max(last.offset, event.offset)
    else joined.push({ ...event })
  }
  return joined
}

/**
 * 1 in the frames between the onset and the offset of an event, each rounded to a frame; one frame at least.
 *
 * @param start first frame of the patch, in a clip of so many (`of`), which is repeated where the patch is longer
 * @param hop seconds from frame to frame
 * @returns frames x classes
 */
export function activityOf(
  events: readonly ClassEvent[],
  { start, of, frames, classes, hop }: { start: number; of: number; frames: number; classes: number; hop: number },
): Float32Array {
  const active = new Float32Array(frames * classes)
  for (const { onset, offset, class: at } of events) {
    const first = Math.round(onset / hop)
    const end = Math.max(first + 1, Math.round(offset / hop))
    for (let frame = 0; frame < frames; frame++) {
      const heard = (start + frame) % of
      if (heard >= first && heard < end) active[frame * classes + at] = 1
    }
  }
  return active
}

/**
 * @returns sentences on what is left out, joined, or not known
 * @throws Problem `no-annotations`, `not-a-class`, `overlapping-events`
 */
export function demandEvents(clips: readonly Clip[], { column, classes, others, overlaps }: EventSettings): string[] {
  const annotated = clips.filter(({ events }) => events)
  if (annotated.length === 0)
    throw new Problem('no-annotations', `None of ${clips.length} clips is a window of an annotated recording.`, {
      hint: 'Write annotations: [events.tsv] and segment: 4 s beside the set, or in a data set file (data/README.md).',
    })
  const events = listed(annotated, column)
  const strange = events.filter(({ name }) => !classes.includes(name))
  const again = overlapping(events)
  const said = (found: readonly NamedEvent[]) => `${found.length} of ${events.length} events`
  if (strange.length === events.length || (strange.length > 0 && others === 'refuse'))
    throw new Problem(
      'not-a-class',
      events.length === 0
        ? `No event has a label in the column '${column}'.`
        : `${said(strange)} have a label in '${column}' that is none of the classes: ${counted(strange.map(({ name }) => name))}.`,
      {
        hint:
          events.length === 0
            ? `The columns of the annotations: ${[...new Set(annotated.flatMap(({ events = [] }) => events.flatMap(({ labels }) => Object.keys(labels))))].join(', ') || 'none'}.`
            : 'Add them to the classes, or write others: leave-out.',
      },
    )
  if (again.length > 0 && overlaps === 'refuse')
    throw new Problem(
      'overlapping-events',
      `${said(again)} begin before the one before them, of the same class and recording, ends: ${counted(again.map(({ name }) => name))}; the first, ${again[0]!.name} at ${again[0]!.start} s of ${again[0]!.path}.`,
      { hint: 'Mend the annotations, or write overlaps: join.' },
    )
  return [
    ...(annotated.length < clips.length
      ? [`${clips.length - annotated.length} of ${clips.length} clips are of recordings that nobody annotated.`]
      : []),
    ...(strange.length > 0 ? [`${said(strange)} are of none of the classes: left out.`] : []),
    ...(again.length > 0 ? [`${said(again)} overlap one of their class: joined.`] : []),
  ]
}

interface NamedEvent {
  path: string
  name: string
  start: number
  end: number
}

/** Every event of every recording once, in order of time: windows that overlap share them. */
function listed(clips: readonly Clip[], column: string): NamedEvent[] {
  const found = new Map<string, NamedEvent>()
  for (const { path, events = [] } of clips)
    for (const { start, end, labels } of events)
      for (const name of namesIn(labels[column], SEPARATOR))
        found.set(`${path}\u0000${start} ${end}\u0000${name}`, { path, name, start, end })
  return [...found.values()].sort((a, b) => a.start - b.start)
}

function overlapping(events: readonly NamedEvent[]): NamedEvent[] {
  const ends = new Map<string, number>()
  return events.filter(({ path, name, start, end }) => {
    const key = `${path}\u0000${name}`
    const before = ends.get(key) ?? 0
    ends.set(key, Math.max(before, end))
    return start < before
  })
}

const FEW = 8

/** `kick (3), snare (2) and 4 more`, the most frequent first. */
function counted(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const all = [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} (${count})`)
  return someOf(all, FEW)
}
