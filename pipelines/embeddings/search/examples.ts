/** What people name as an example: a clip, a row, a stretch of a recording, a sound that is not among the embeddings. */
import { existsSync } from 'node:fs'
import { matchClips } from '../../../data/manifests/match-clips.js'
import { nearestName } from '../../../data/nearest-name.js'
import { Problem } from '../../../data/problem.js'
import { plural } from '../../terminal/numbers.js'
import { type EmbeddingIndex, meanDirection } from './embedding-index.js'

/** A recording, or some seconds of it. */
export interface Wanted {
  name: string
  /** Seconds in the recording. */
  stretch?: readonly [start: number, end: number]
}

export interface Example {
  /** As its own file names it. */
  name: string
  /** Of length 1. */
  direction: Float32Array
  /** Rows that it is the mean of. */
  rows: readonly number[]
  /** Where it can be heard, if that is one stretch of one file. */
  sound?: Stretch
}

/** Of a sound file, in seconds; all of it without. */
export interface Stretch {
  path: string
  start?: number | undefined
  end?: number | undefined
}

const TIME = '((?:\\d+:){0,2}\\d+(?:\\.\\d+)?)'
const STRETCH = new RegExp(`^(.+)@\\s*${TIME}\\s*s?\\s*-\\s*${TIME}\\s*s?\\s*$`)

const HOW = 'Write NAME@START-END, such as night.flac@12.5-14 s.'

/** `night.flac@12.5-14 s`, `night.flac@1:02:03-1:02:05`; anything else is a name. @throws Problem `bad-stretch` */
export function wantedOf(text: string): Wanted {
  const [, name, from, to] = STRETCH.exec(text) ?? []
  if (name === undefined) return { name: text }
  const [start, end] = [seconds(from!), seconds(to!)]
  if (!(end > start))
    throw new Problem('bad-stretch', `'${text}': the stretch ends before it begins.`, {
      hint: HOW,
    })
  return { name, stretch: [start, end] }
}

const seconds = (clock: string) => clock.split(':').reduce((sum, part) => 60 * sum + Number(part), 0)

/** Name of the recording that a clip is a stretch of: ids of stretches end in `#0.5-2`. */
export const recordingOf = (clip: string) => clip.replace(/#[\d.]+(?:e-\d+)?-[\d.]*$/, '')

/**
 * The rows that an example means, and their mean direction: those of a clip, of all clips of a recording, those of a
 * stretch, or the one row of a number.
 *
 * @returns undefined if no row has that name, but a file of that name is there
 * @throws Problem `no-clip`, `no-stretch`, `ambiguous-clip`
 */
export function exampleIn(index: EmbeddingIndex, text: string): Example | undefined {
  const { name, stretch } = wantedOf(text)
  const rows = rowsNamed(index, name, stretch !== undefined)
  if (rows === undefined) {
    if (existsSync(name)) return undefined
    throw notStretch(index, text) ?? noClip(index, name)
  }
  const own = stretch ? rows.filter(row => speaksOf(spanOf(index, row), stretch)) : rows
  if (own.length === 0) throw noStretch(index, text, rows)
  const clip = index.clips[own[0]!]!
  const said = stretch ? text : own.length === 1 && name === String(own[0]) ? `row ${name} (${clip})` : clip
  const sound = soundOf(index, own, stretch)
  return { name: said, direction: meanDirection(index, own), rows: own, ...(sound && { sound }) }
}

/** What the rows speak of, from the first to the last; or what was asked for. */
function soundOf(index: EmbeddingIndex, rows: readonly number[], stretch: Wanted['stretch']): Stretch | undefined {
  const path = index.paths[rows[0]!]
  if (path === undefined || rows.some(row => index.paths[row] !== path)) return undefined
  const spans = rows.map(row => spanOf(index, row))
  const [start, end] = stretch ?? [Math.min(...spans.map(([from]) => from)), Math.max(...spans.map(([, to]) => to))]
  return { path, start, ...(Number.isFinite(end) && { end }) }
}

function rowsNamed({ clips, rows }: EmbeddingIndex, name: string, anyStretch: boolean): number[] | undefined {
  const oneClip = !anyStretch && (recordingOf(name) !== name || clips.includes(name))
  const read = oneClip ? (clip: string) => clip : recordingOf
  const names = [...new Set(clips.map(read))]
  const exact = names.indexOf(name) // of a million names no other has to be looked at
  const match = exact < 0 ? matchClips([[name]], names)[0] : exact
  if (match !== undefined) return clips.flatMap((clip, row) => (read(clip) === names[match] ? [row] : []))
  return !anyStretch && /^\d+$/.test(name) && Number(name) < rows ? [Number(name)] : undefined
}

/** Seconds of its recording; all of it where the file does not say. */
export function spanOf({ starts, ends }: EmbeddingIndex, row: number): readonly [number, number] {
  return [starts[row] ?? 0, ends[row] ?? Number.POSITIVE_INFINITY]
}

/** Whether two stretches share at least half of the shorter one. */
export function isWithin([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean {
  return Math.min(b, d) - Math.max(a, c) >= Math.min(b - a, d - c) / 2
}

/** Windows that hold the stretch, or lie in it; not a whole night in which it is somewhere. */
function speaksOf(span: readonly [number, number], stretch: readonly [number, number]): boolean {
  return isWithin(span, stretch) && span[1] - span[0] <= Math.max(LONGEST * (stretch[1] - stretch[0]), WINDOW)
}

/** A row speaks of a stretch so many times shorter than itself, or is no longer than a usual window, in seconds. */
const LONGEST = 10
const WINDOW = 3

/** `night.flac@5 s`, where there is a night.flac. */
function notStretch(index: EmbeddingIndex, text: string): Problem | undefined {
  const at = text.lastIndexOf('@')
  if (at < 1 || rowsNamed(index, text.slice(0, at), true) === undefined) return undefined
  return new Problem('bad-stretch', `'${text}': '${text.slice(at + 1)}' is no stretch.`, { hint: HOW })
}

function noClip({ clips, file, rows }: EmbeddingIndex, wanted: string): Problem {
  const names = [...new Set(clips)]
  const near = names.length <= 5000 ? nearestName(wanted, names) : undefined
  return new Problem('no-clip', `There is no clip '${wanted}'.${near ? ` Did you mean '${near}'?` : ''}`, {
    place: { file },
    hint: `Its first clips: ${names.slice(0, 5).join(', ')}. A row number (0 to ${rows - 1}), a stretch (NAME@12.5-14 s) or a sound file does as well.`,
  })
}

function noStretch(index: EmbeddingIndex, text: string, rows: readonly number[]): Problem {
  const [first, last] = [spanOf(index, rows[0]!), spanOf(index, rows.at(-1)!)]
  return new Problem(
    'no-stretch',
    `No row speaks of '${text}': the recording has ${plural(rows.length, 'row')}, from ${first[0]} to ${last[1]} s.`,
    {
      place: { file: index.file },
      hint: 'Name another stretch, or embed windows of the recording: ./earshot embed RUN RECORDING -o FILE.arrow --segment 5s.',
    },
  )
}
