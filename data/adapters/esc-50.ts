import { type Adapter, requirePaths } from './adapter.js'
import { clipsOf } from './clips-of.js'
import { metadataTable } from './metadata-table.js'

/** ESC-50: clips of one Freesound recording are in one fold; `source` names the recording. */
export const esc50: Adapter = {
  name: 'esc-50',
  summary: '2,000 environmental sounds of 5 s, 50 classes, 5 folds',
  source: 'Piczak, ACM Multimedia 2015; github.com/karolpiczak/ESC-50',
  layout: ['audio', 'meta/esc50.csv'],
  protocol: {
    label: 'category',
    group: 'source',
    split: 'fold',
    metric: 'accuracy, mean of the 5 folds',
    figure: 'accuracy',
  },
  async read(folder) {
    await requirePaths(this, folder)
    const columns = ['filename', 'fold', 'category', 'esc10', 'src_file'] as const
    const rows = await metadataTable(this, folder, 'meta/esc50.csv', columns)
    const entries = rows.map(({ filename, src_file: source, ...labels }) => ({
      file: `audio/${filename}`,
      labels: { ...labels, source },
    }))
    return clipsOf(folder, ['category', 'fold', 'source', 'esc10'], entries)
  },
}
