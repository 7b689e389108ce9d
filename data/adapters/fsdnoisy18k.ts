import { type Adapter, requirePaths } from './adapter.js'
import { clipsOf, entriesIn } from './clips-of.js'
import { metadataTable } from './metadata-table.js'

/** FSDnoisy18k: a small clean and a large noisy training set, and a clean test set. */
export const fsdnoisy18k: Adapter = {
  name: 'fsdnoisy18k',
  summary: '18,532 Freesound clips, 20 classes; most training labels are not verified',
  source: 'Fonseca et al., ICASSP 2019; zenodo.org/records/2529934',
  layout: [
    ...['FSDnoisy18k.audio_train', 'FSDnoisy18k.audio_test'],
    ...['FSDnoisy18k.meta/train.csv', 'FSDnoisy18k.meta/test.csv'],
  ],
  protocol: { label: 'label', split: 'split', metric: 'accuracy on split test', figure: 'accuracy' },
  async read(folder) {
    await requirePaths(this, folder)
    const columns = ['fname', 'label', 'manually_verified', 'noisy_small'] as const
    const train = await metadataTable(this, folder, 'FSDnoisy18k.meta/train.csv', columns)
    const test = await metadataTable(this, folder, 'FSDnoisy18k.meta/test.csv', ['fname', 'label'] as const)
    const entries = [
      ...entriesIn('FSDnoisy18k.audio_train', train, { split: 'train' }),
      ...entriesIn('FSDnoisy18k.audio_test', test, { split: 'test', manually_verified: '1' }),
    ]
    return clipsOf(folder, ['label', 'split', 'manually_verified', 'noisy_small'], entries)
  },
}
