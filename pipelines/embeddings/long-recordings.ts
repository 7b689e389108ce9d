/** Recordings so long that a row for each says little: they are cut into windows. */
import type { Windows } from '../../data/annotations/windows.js'
import { type ClipList, type ListedClip, readClips } from '../../data/manifests.js'
import { mayBeLabel } from './label-table.js'

/** Recordings are long if half of them last so many seconds. */
const LONG = 60
/** Recordings whose headers are read to know. */
const ASKED = 100
/** Seconds of a window, where nothing speaks for longer ones. */
export const WINDOW = 5

/**
 * Clips as they are listed; recordings that are long and have no labels in windows of 5 s, which `notes` tells.
 *
 * @param windows where they say how long windows are, or name annotations, that is what is done
 * @param how to have it otherwise, as the note says it
 */
export async function readInWindows(
  input: string,
  windows: Windows,
  how = '--segment says how long',
): Promise<ClipList> {
  const list = await readClips(input, windows)
  const { segment, annotations } = windows
  if (segment !== undefined || annotations !== undefined || list.columns.some(mayBeLabel)) return list
  const seconds = await longSeconds(list.clips)
  if (seconds === undefined) return list
  const cut = await readClips(input, { ...windows, segment: WINDOW })
  const told = `${areLong(seconds)}: ${list.clips.length} are cut into ${cut.clips.length} windows of ${WINDOW} s (${how}).`
  return { ...cut, notes: [...(cut.notes ?? []), told] }
}

export const areLong = (seconds: number): string =>
  `The recordings are long (half of them last over ${Math.floor(seconds)} s)`

/**
 * How long half of them last at least, if that is over a minute; undefined also where no header says. No sound is decoded:
 * that is for when work may be stopped.
 */
export async function longSeconds(clips: readonly ListedClip[]): Promise<number | undefined> {
  const { secondsInHeaders } = await import('../../data/decoding/sound-format.js')
  const step = Math.max(1, Math.ceil(clips.length / ASKED))
  const lengths: number[] = []
  for (const { path, start = 0, end } of clips.filter((_, at) => at % step === 0)) {
    const seconds = end ?? unlessUnreadable(() => secondsInHeaders(path))
    if (seconds !== undefined) lengths.push(seconds - start)
  }
  const median = lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0
  return median > LONG ? median : undefined
}

function unlessUnreadable(seconds: () => number | undefined): number | undefined {
  try {
    return seconds()
  } catch {
    return undefined // whoever reads the sounds tells
  }
}
