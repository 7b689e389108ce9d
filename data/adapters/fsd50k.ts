import { join } from 'node:path'
import { SEPARATOR } from '../label-cells.js'
import type { Adapter } from './adapter.js'
import { exists, missing, requirePaths } from './adapter.js'
import { clipsOf, type Entry } from './clips-of.js'
import { metadataJson } from './metadata-json.js'
import { metadataTable } from './metadata-table.js'

const PARTS = [
  {
    audio: 'FSD50K.dev_audio',
    table: 'FSD50K.ground_truth/dev.csv',
    info: 'FSD50K.metadata/dev_clips_info_FSD50K.json',
  },
  {
    ...{ audio: 'FSD50K.eval_audio', table: 'FSD50K.ground_truth/eval.csv' },
    info: 'FSD50K.metadata/eval_clips_info_FSD50K.json',
  },
] as const

const RATINGS = 'FSD50K.metadata/pp_pnp_ratings_FSD50K.json'

/**
 * FSD50K: several classes a clip, with their parents in the ontology. Where the metadata are there, also the uploader, and
 * what people said of the classes that they were asked for: `predominant`, `background` (present, but not predominant),
 * `denied` (not present).
 */
export const fsd50k: Adapter = {
  name: 'fsd50k',
  summary: '51,197 Freesound clips of 0.3 to 30 s, 200 classes of the AudioSet ontology, several a clip',
  source: 'Fonseca et al., TASLP 2022; zenodo.org/records/4060432',
  layout: [...PARTS.map(({ audio }) => `${audio}/`), ...PARTS.map(({ table }) => table)],
  protocol: {
    label: 'labels',
    group: 'uploader',
    split: 'split',
    separator: SEPARATOR,
    metric: "macro mAP and d' on split test",
    figure: 'map',
  },
  async read(folder) {
    const there = []
    for (const part of PARTS) if (await exists(folder, part.audio)) there.push(part)
    if (there.length === 0) throw missing(this, folder, PARTS[0].audio)
    await requirePaths(
      this,
      folder,
      there.map(({ table }) => table),
    )
    const entries: Entry[] = []
    const clips: string[] = []
    /** Names of the classes by their numbers in the ontology. */
    const classes = new Map<string, string>()
    const rated = (await exists(folder, RATINGS)) ? await metadataJson<Ratings>(join(folder, RATINGS)) : undefined
    for (const { audio, table, info } of there) {
      const uploaders = await readUploaders(join(folder, info))
      const dev = table.endsWith('dev.csv')
      const columns = dev ? (['fname', 'labels', 'mids', 'split'] as const) : (['fname', 'labels', 'mids'] as const)
      for (const row of await metadataTable<'fname' | 'labels' | 'mids' | 'split'>(this, folder, table, columns)) {
        const names = row.labels.split(',')
        for (const [at, mid] of row.mids.split(',').entries()) classes.set(mid, names[at]!)
        clips.push(row.fname)
        entries.push({
          file: `${audio}/${row.fname}.wav`,
          labels: {
            labels: row.labels.replaceAll(',', SEPARATOR),
            split: dev ? (row.split === 'val' ? 'validation' : row.split) : 'test',
            uploader: uploaders.get(row.fname)?.uploader ?? '',
          },
        })
      }
    }
    for (const [at, { labels }] of entries.entries()) Object.assign(labels, ratingsOf(rated?.get(clips[at]!), classes))
    const known = ['uploader', ...RATED].filter(column => entries.some(({ labels }) => labels[column]))
    return clipsOf(folder, ['labels', 'split', ...known], entries)
  },
}

const readUploaders = async (file: string) =>
  (await exists(file)) ? metadataJson<{ uploader?: string }>(file) : new Map<string, { uploader?: string }>()

const RATED = ['predominant', 'background', 'denied'] as const

/** By class number: 1 (present and predominant), 0.5 (present), 0 (unsure) or -1 (not present), one a person. */
type Ratings = Record<string, number[]>

function ratingsOf(ratings: Ratings = {}, classes: ReadonlyMap<string, string>): Record<string, string> {
  const where = (holds: (own: number[]) => boolean) =>
    Object.entries(ratings)
      .flatMap(([mid, own]) => (holds(own) ? (classes.get(mid) ?? []) : []))
      .join(SEPARATOR)
  const count = (own: number[], value: number) => own.filter(one => one === value).length
  return {
    predominant: where(own => count(own, 1) > count(own, 0.5)),
    background: where(own => count(own, 0.5) > count(own, 1)),
    denied: where(own => own.length > 0 && own.every(one => one === -1)),
  }
}
