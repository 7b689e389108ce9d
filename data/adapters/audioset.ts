import { extname, join } from 'node:path'
import { group } from 'd3-array'
import { SEPARATOR } from '../label-cells.js'
import { readBareRows, tableProblem } from '../manifests/rows.js'
import { searchFolder } from '../manifests/search-folder.js'
import { type Adapter, exists, missing } from './adapter.js'
import { clipsOf, type Entry } from './clips-of.js'
import { metadataTable } from './metadata-table.js'

const LISTS = [
  { list: 'balanced_train', split: 'train' },
  { list: 'unbalanced_train', split: 'train' },
  { list: 'eval', split: 'test' },
] as const

const NAMES = 'class_labels_indices.csv'

/**
 * AudioSet, as far as there is a local copy: segment lists, and below the folder the segments, cut to their 10 s. A
 * segment's file is named by its video (11 characters), a Y in front and times behind it or not. Segments without a
 * file are left out, since videos vanish.
 */
export const audioset: Adapter = {
  name: 'audioset',
  summary: 'segments of 10 s of videos, 527 classes, several a clip; what a local copy has of the published lists',
  source: 'Gemmeke et al., ICASSP 2017; research.google.com/audioset',
  layout: [...LISTS.map(({ list }) => `${list}_segments.csv`), NAMES, 'sound files anywhere below'],
  protocol: {
    label: 'labels',
    group: 'video',
    split: 'split',
    separator: SEPARATOR,
    metric: "macro mAP and d' on split test",
    figure: 'map',
  },
  async read(folder) {
    const lists = []
    for (const one of LISTS) if (await exists(folder, `${one.list}_segments.csv`)) lists.push(one)
    if (lists.length === 0) throw missing(this, folder, `${LISTS[0].list}_segments.csv`)
    const named = await metadataTable(this, folder, NAMES, ['mid', 'display_name'] as const)
    const names = new Map(named.map(row => [row.mid, row.display_name]))
    const files = await filesByVideo(folder)
    const entries: Entry[] = []
    for (const { list, split } of lists)
      for (const { video, start, mids } of await readSegments(join(folder, `${list}_segments.csv`))) {
        const file = fileOf(files.get(video) ?? [], start)
        if (file === undefined) continue
        const labels = mids.map(mid => (names.get(mid) ?? mid).replaceAll(SEPARATOR, ','))
        entries.push({ file, labels: { labels: labels.join(SEPARATOR), split, list, video } })
      }
    return clipsOf(folder, ['labels', 'split', 'list', 'video'], entries)
  },
}

interface Segment {
  video: string
  /** Seconds. */
  start: number
  mids: string[]
}

/** Lines `YTID, start, end, "/m/..,/m/.."`; those that begin with # say what the file is. */
async function readSegments(file: string): Promise<Segment[]> {
  const { rows } = await readBareRows(file)
  return rows.flatMap(({ line, fields: [video = '', start = '', end = '', ...mids] }) => {
    if (video.startsWith('#')) return []
    const times = [start, end].every(time => time !== '' && Number(time) >= 0)
    if (!/^[\w-]{11}$/.test(video) || !times || mids.length === 0)
      throw tableProblem('bad-table', 'expected a video, start, end and "labels"', file, line)
    return [{ video, start: Number(start), mids: mids.join(',').split(',') }]
  })
}

/** Paths below the folder by the video's name, if they have one. */
async function filesByVideo(folder: string): Promise<Map<string | undefined, string[]>> {
  const { sounds } = await searchFolder(folder)
  return group(sounds, file => videoOf(file.split('/').at(-1)!.slice(0, -extname(file).length)))
}

/** The eleven characters of `ID`, `YID`, `ID_30.000`, `YID_30000_40000`. */
function videoOf(name: string): string | undefined {
  const [, video] = /^Y?([\w-]{11})(?:_\d+(?:\.\d+)?){0,2}$/.exec(name) ?? []
  return video
}

/** The one whose name has this start, in seconds or milliseconds; of names without times, the first. */
function fileOf(files: readonly string[], start: number): string | undefined {
  const startOf = (file: string) => /.[\w-]{10,11}_(\d+(?:\.\d+)?)(?:_\d+(?:\.\d+)?)?\.\w+$/.exec(file)?.[1]
  const timed = files.find(file => [start, 1000 * start].includes(Number(startOf(file) ?? Number.NaN)))
  return timed ?? files.find(file => startOf(file) === undefined)
}
