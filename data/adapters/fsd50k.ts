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

/** FSD50K: several classes a clip, with their parents in the ontology; uploaders where the metadata are there. */
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
    for (const { audio, table, info } of there) {
      const uploaders = await readUploaders(join(folder, info))
      const dev = table.endsWith('dev.csv')
      const columns = dev ? (['fname', 'labels', 'split'] as const) : (['fname', 'labels'] as const)
      for (const row of await metadataTable<'fname' | 'labels' | 'split'>(this, folder, table, columns))
        entries.push({
          file: `${audio}/${row.fname}.wav`,
          labels: {
            labels: row.labels.replaceAll(',', SEPARATOR),
            split: dev ? (row.split === 'val' ? 'validation' : row.split) : 'test',
            uploader: uploaders.get(row.fname)?.uploader ?? '',
          },
        })
    }
    const columns = entries.some(({ labels }) => labels.uploader) ? ['uploader'] : []
    return clipsOf(folder, ['labels', 'split', ...columns], entries)
  },
}

const readUploaders = async (file: string) =>
  (await exists(file)) ? metadataJson<{ uploader?: string }>(file) : new Map<string, { uploader?: string }>()
