import { type Adapter, requirePaths } from './adapter.js'
import { clipsOf } from './clips-of.js'
import { metadataTable } from './metadata-table.js'

/** UrbanSound8K: slices of one Freesound recording are in one fold; shuffling folds makes results too good. */
export const urbansound8k: Adapter = {
  name: 'urbansound8k',
  summary: '8,732 urban sounds of up to 4 s, 10 classes, 10 folds',
  source: 'Salamon, Jacoby, Bello, ACM Multimedia 2014; urbansounddataset.weebly.com',
  layout: ['audio', 'metadata/UrbanSound8K.csv'],
  protocol: {
    label: 'class',
    group: 'source',
    split: 'fold',
    metric: 'accuracy, mean of the 10 folds',
    figure: 'accuracy',
  },
  async read(folder) {
    await requirePaths(this, folder)
    const columns = ['slice_file_name', 'fsID', 'salience', 'fold', 'class'] as const
    const rows = await metadataTable(this, folder, 'metadata/UrbanSound8K.csv', columns)
    const entries = rows.map(({ slice_file_name: name, fsID: source, ...labels }) => ({
      file: `audio/fold${labels.fold}/${name}`,
      labels: { ...labels, source },
    }))
    return clipsOf(folder, ['class', 'fold', 'source', 'salience'], entries)
  },
}
