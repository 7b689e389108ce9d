/** The tables of a folder of scenes, written when every scene is there. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readJsonFile } from '../../../data/json-file.js'
import { writeDelimited } from '../../../data/manifests/delimited.js'
import { writeWhole } from '../../../data/whole-file.js'
import { SPLITS } from './casting.js'
import type { SceneSettings } from './settings.js'
import { noteFile, type SceneNote } from './write-scene.js'

/**
 * Writes `scenes.jsonl` (a note a line), `manifest.tsv` (a mixture a line: a table of clips like any other) and
 * `events.tsv` (an event a line, as DCASE and sed_eval have it; of two microphones with its direction), if all scenes are there; and where some are held out
 * `train.yaml` and `held-out.yaml`, the data sets of the two parts.
 *
 * @returns how many scenes are missing; then nothing is written
 */
export function writeTables(folder: string, count: number, settings: SceneSettings): number {
  const files = Array.from({ length: count }, (_, index) => noteFile(folder, index))
  const missing = files.filter(file => !existsSync(file)).length
  if (missing > 0) return missing
  const notes = files.map(
    file => readJsonFile(file, 'Take it away: the same command makes the scene again.') as SceneNote,
  )
  writeWhole(join(folder, 'scenes.jsonl'), notes.map(note => `${JSON.stringify(note)}\n`).join(''))
  writeWhole(join(folder, 'events.tsv'), eventTable(notes, settings))
  if (settings['held-out'] > 0)
    for (const split of SPLITS)
      writeWhole(join(folder, `${split}.yaml`), `table: manifest.tsv\nwhere: { split: ${split} }\n`)
  writeWhole(join(folder, 'manifest.tsv'), manifest(notes, settings))
  return 0
}

function manifest(notes: readonly SceneNote[], settings: SceneSettings): string {
  const { labels, events, microphones } = settings
  const { within } = events
  const slots = Array.from({ length: events.number[1] }, (_, i) => i)
  const columns: Record<string, (note: SceneNote) => string | number> = {
    file: ({ file }) => file,
    stems: ({ events, bed }) =>
      [...slots.map(i => events[i]?.stem ?? ''), ...(settings.beds ? [bed?.stem ?? ''] : [])].join(';'),
    events: ({ events }) => events.length,
    seconds: ({ seconds }) => seconds,
    ...(settings['held-out'] > 0 && { split: ({ split }: SceneNote) => split }),
    ...Object.fromEntries(labels.map(column => [column, (note: SceneNote) => valuesOf(note, column).join(';')])),
    ...(within && { [within]: (note: SceneNote) => note.events[0]!.labels[within] ?? '' }),
    ...(microphones && {
      direction: ({ events }: SceneNote) => events.map(({ direction }) => direction).join(';'),
      sector: ({ events }: SceneNote) => [...new Set(events.map(({ sector }) => sector))].join(';'),
    }),
  }
  const rows = notes.map(note => Object.values(columns).map(value => value(note)))
  return writeDelimited([Object.keys(columns), ...rows], '\t')
}

/** The first of the labels, or the clip, names an event. */
function eventTable(notes: readonly SceneNote[], { labels: [column], microphones }: SceneSettings): string {
  const rows = notes.flatMap(({ file, events }) =>
    events.map(({ onset, offset, labels, clip, direction }) => [
      ...[file, onset, offset, (column && labels[column]) ?? clip],
      ...(microphones ? [direction!] : []),
    ]),
  )
  return writeDelimited(
    [['filename', 'onset', 'offset', 'event_label', ...(microphones ? ['direction'] : [])], ...rows],
    '\t',
  )
}

/** Different values in a column, in alphabetical order. */
function valuesOf({ events }: SceneNote, column: string): string[] {
  return [...new Set(events.flatMap(({ labels }) => labels[column] ?? []))].sort()
}
