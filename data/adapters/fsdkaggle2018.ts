import { type Adapter, requirePaths } from './adapter.js'
import { clipsOf, entriesIn } from './clips-of.js'
import { metadataTable } from './metadata-table.js'

const TRAIN = 'FSDKaggle2018.meta/train_post_competition.csv'
const TEST = 'FSDKaggle2018.meta/test_post_competition_scoring_clips.csv'

/** FSDKaggle2018 (DCASE 2018 task 2), as published after the competition: test clips with labels. */
export const fsdkaggle2018: Adapter = {
  name: 'fsdkaggle2018',
  summary: '11,073 Freesound clips of 0.3 to 30 s, 41 classes; a part of the training labels is not verified',
  source: 'Fonseca et al., DCASE 2018; zenodo.org/records/2552860',
  layout: ['FSDKaggle2018.audio_train', 'FSDKaggle2018.audio_test', TRAIN, TEST],
  protocol: { label: 'label', split: 'split', metric: 'mAP@3 on split test', figure: 'map-at-3' },
  async read(folder) {
    await requirePaths(this, folder)
    const shared = ['fname', 'label', 'freesound_id'] as const
    const train = await metadataTable(this, folder, TRAIN, [...shared, 'manually_verified'])
    const test = await metadataTable(this, folder, TEST, [...shared, 'usage'])
    const entries = [
      ...entriesIn('FSDKaggle2018.audio_train', train, { split: 'train' }),
      ...entriesIn('FSDKaggle2018.audio_test', test, { split: 'test', manually_verified: '1' }),
    ]
    return clipsOf(folder, ['label', 'split', 'manually_verified', 'usage', 'freesound_id'], entries)
  },
}
