import { SEPARATOR } from '../label-cells.js'
import { type Adapter, requirePaths } from './adapter.js'
import { clipsOf } from './clips-of.js'
import { metadataTable } from './metadata-table.js'

const PARTS = [
  { audio: 'audio_train_curated', table: 'train_curated_post_competition', split: 'train', labelled: 'curated' },
  { audio: 'audio_train_noisy', table: 'train_noisy_post_competition', split: 'train', labelled: 'noisy' },
  { audio: 'audio_test', table: 'test_post_competition', split: 'test', labelled: 'curated' },
] as const

const audioOf = ({ audio }: (typeof PARTS)[number]) => `FSDKaggle2019.${audio}`
const tableOf = ({ table }: (typeof PARTS)[number]) => `FSDKaggle2019.meta/${table}.csv`

/** FSDKaggle2019 (DCASE 2019 task 2), as published after the competition: several classes a clip. */
export const fsdkaggle2019: Adapter = {
  name: 'fsdkaggle2019',
  summary: '29,266 Freesound and Flickr clips, 80 classes, several a clip; a curated and a noisy training set',
  source: 'Fonseca et al., DCASE 2019; zenodo.org/records/3612637',
  layout: [...PARTS.map(audioOf), ...PARTS.map(tableOf)],
  protocol: { label: 'labels', split: 'split', separator: SEPARATOR, metric: 'lwlrap on split test', figure: 'lwlrap' },
  async read(folder) {
    await requirePaths(this, folder)
    const parts = await Promise.all(
      PARTS.map(async part =>
        (await metadataTable(this, folder, tableOf(part), ['fname', 'labels'] as const)).map(({ fname, labels }) => ({
          file: `${audioOf(part)}/${fname}`,
          labels: { labels: labels.replaceAll(',', SEPARATOR), split: part.split, labelled: part.labelled },
        })),
      ),
    )
    return clipsOf(folder, ['labels', 'split', 'labelled'], parts.flat())
  },
}
