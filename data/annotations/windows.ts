/** Recordings cut into windows, without files of their own, and the annotations that fall into them. */

import { statSync } from 'node:fs'
import { relative } from 'node:path'
import type { z } from 'zod'
import { soundSeconds } from '../decoding/sound-format.js'
import { namesIn, SEPARATOR } from '../label-cells.js'
import type { ClipList, ListedClip } from '../manifests/clip-list.js'
import { matchClips } from '../manifests/match-clips.js'
import { Problem } from '../problem.js'
import { type Annotated, readAnnotations } from './read-annotations.js'
import { joinedLabels, joinStretches } from './stretches.js'
import type { windowSettings } from './window-settings.js'

export interface Windows extends z.output<z.ZodObject<typeof windowSettings>> {
  /** Files or folders of annotations, absolute. */
  annotations?: string | readonly string[] | undefined
}

/**
 * Windows of the clips of a list where `segment` asks for them, with the labels of the `annotations` that fall into
 * them; without `segment` the annotated stretches themselves.
 *
 * @param folder that annotations name recordings from
 * @throws Problem as `readAnnotations`; `no-annotations` if none is of these recordings
 */
export async function inWindows(
  list: ClipList,
  windows: Windows,
  folder: string,
  encoding?: string,
): Promise<ClipList> {
  const { segment, hop = segment, overlap = 0.5, none } = windows
  const annotations = [windows.annotations ?? []].flat()
  if (segment === undefined && annotations.length === 0) return list
  const cut = segment === undefined ? list : await cutIntoWindows(list, segment, hop!)
  if (annotations.length === 0) return cut
  const paths = new Set(list.clips.map(({ path }) => path))
  const annotated = ofCopies(await readAnnotations(annotations, folder, encoding), paths, folder)
  if (!annotated.stretches.some(({ path }) => paths.has(path)))
    throw new Problem(
      'no-annotations',
      `None of ${paths.size} recordings has an annotation in ${annotations.join(', ')}.`,
      {
        hint: annotated.notes.slice(0, 5).join(' ') || undefined,
      },
    )
  const outside = annotated.stretches.filter(({ path }) => !paths.has(path)).length
  const told = outside > 0 ? [`${outside} annotations are of recordings that are not in the set: left out.`] : []
  const notes = [...(cut.notes ?? []), ...annotated.notes, ...told]
  return segment === undefined
    ? stretchesOf(list, annotated, notes)
    : withCarried({ ...cut, notes }, annotated, overlap, none)
}

/** Recordings of the set stand for those that were annotated elsewhere, as on the card, if path and size are alike. */
function ofCopies(annotated: Annotated, paths: ReadonlySet<string>, folder: string): Annotated {
  const elsewhere = [...annotated.recordings].filter(path => !paths.has(path))
  const free = [...paths].filter(path => !annotated.recordings.has(path))
  const matches = matchClips(
    free.map(path => [relative(folder, path)]),
    elsewhere,
  )
  const pairs = matches.flatMap((at, clip) => (at === undefined ? [] : [[elsewhere[at]!, free[clip]!] as const]))
  const own = new Map(pairs.filter(([one, other]) => sizeOf(one) === sizeOf(other)))
  const here = (path: string) => own.get(path) ?? path
  return {
    ...annotated,
    stretches: annotated.stretches.map(stretch => ({ ...stretch, path: here(stretch.path) })),
    recordings: new Set([...annotated.recordings].map(here)),
  }
}

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size

/**
 * Each clip that is longer than a window as windows; the last one ends where the clip ends, and reaches back into the one
 * before. What cannot be opened stays whole: it is that clip's own problem, later on.
 */
async function cutIntoWindows(list: ClipList, segment: number, hop: number): Promise<ClipList> {
  const windows: ListedClip[] = []
  for (const clip of list.clips) {
    const seconds = await soundSeconds(clip.path).catch(() => 0)
    const [from, to] = [clip.start ?? 0, Math.min(clip.end ?? seconds, seconds)]
    if (to - from <= segment * 1.001) windows.push(clip)
    else
      for (const start of startsOf(to - from, segment, hop).map(start => tidy(from + start)))
        windows.push({
          ...clip,
          id: `${fileOf(clip)}#${start}-${tidy(start + segment)}`,
          start,
          end: tidy(start + segment),
          labels: { ...clip.labels },
        })
  }
  const { clips } = joinStretches(windows, '')
  return { ...list, clips }
}

function startsOf(length: number, segment: number, hop: number): number[] {
  const starts: number[] = []
  for (let at = 0; at * hop + segment <= length + 1e-6; at++) starts.push(at * hop)
  const rest = length - (starts.at(-1)! + segment)
  return rest > 1e-3 ? [...starts, length - segment] : starts
}

/** To the millisecond, downwards: the last window does not reach beyond the end. */
const tidy = (seconds: number) => Math.floor(seconds * 1000 + 1e-6) / 1000

const fileOf = ({ id, start, end }: ListedClip) =>
  start === undefined && end === undefined ? id : id.replace(/#[^#/]*$/, '')

/** Annotated stretches of the recordings of a list, with what the list says of these. */
function stretchesOf(list: ClipList, { stretches, columns }: Annotated, notes: string[]): ClipList {
  const recordings = new Map(list.clips.map(clip => [clip.path, clip]))
  const clips = stretches.flatMap(stretch => {
    const recording = recordings.get(stretch.path)
    const id = recording && `${fileOf(recording)}#${stretch.start ?? 0}-${stretch.end ?? ''}`
    return recording ? [{ ...stretch, id: id!, labels: { ...recording.labels, ...stretch.labels } }] : []
  })
  const joined = joinStretches(clips, 'annotations')
  return {
    clips: joined.clips,
    columns: [...new Set([...list.columns, ...columns])],
    notes: [...notes, ...joined.notes],
  }
}

/** Windows with the labels of the annotations that fall into them, and what is said of the others. */
function withCarried(
  { clips: windows, columns, notes = [] }: ClipList,
  annotated: Annotated,
  overlap: number,
  none: string | undefined,
): ClipList {
  const { stretches, recordings } = annotated
  const carried = annotated.columns.filter(column => stretches.some(({ labels }) => isWord(labels[column])))
  const byPath = new Map<string, ListedClip[]>()
  for (const { path } of windows) byPath.set(path, [])
  for (const stretch of stretches) byPath.get(stretch.path)?.push(stretch)
  let [unlabelled, unknown] = [0, 0]
  const clips = windows.map(window => {
    const within = byPath.get(window.path)!.filter(stretch => shared(stretch, window) > 0)
    const own = within.filter(stretch => falls(stretch, window, overlap))
    const annotated = recordings.has(window.path)
    if (!annotated) unknown++
    else if (own.length === 0) unlabelled++
    const words = own.map(({ labels }) => only(carried, labels)).reduce(joinedLabels, {})
    const nothing = none !== undefined && own.length === 0 && annotated
    const said = nothing ? Object.fromEntries(carried.map(column => [column, none])) : words
    const events = within.map(({ labels, ...stretch }) => ({
      start: edges(stretch)[0],
      end: edges(stretch)[1],
      labels,
    }))
    return { ...window, labels: { ...window.labels, ...said }, ...(annotated && { events }) }
  })
  const held = windows.length - unlabelled - unknown
  const without =
    none === undefined ? 'have no label (`none: WORD` in a data set file gives them one)' : `are '${none}'`
  return {
    clips,
    columns: [...new Set([...columns, ...carried])],
    notes: [
      ...notes,
      `${held} of ${windows.length} windows hold annotations; ${unlabelled} of annotated recordings hold none and ${without}; ${unknown} are of recordings that nobody annotated.`,
    ],
  }
}

const only = (columns: readonly string[], labels: Record<string, string>) =>
  Object.fromEntries(Object.entries(labels).filter(([column]) => columns.includes(column)))

type Stretch = Pick<ListedClip, 'start' | 'end'>

const edges = ({ start = 0, end = Number.POSITIVE_INFINITY }: Stretch) => [start, end] as const
const lengthOf = ([from, to]: readonly [number, number]) => to - from

/** Seconds that two stretches have in common; below 0 those between them. */
function shared(one: Stretch, other: Stretch): number {
  const [[from, to], [left, right]] = [edges(one), edges(other)]
  return Math.min(to, right) - Math.max(from, left)
}

/** Whether a stretch shares enough with a window: a part of itself, or of the window where that is shorter. */
const falls = (stretch: Stretch, window: Stretch, overlap: number) =>
  shared(stretch, window) >= overlap * Math.min(lengthOf(edges(stretch)), lengthOf(edges(window))) - 1e-6

/** Numbers (a score, a frequency) are of the stretch alone. */
const isWord = (cell: string | undefined) => namesIn(cell, SEPARATOR).some(name => !Number.isFinite(Number(name)))
