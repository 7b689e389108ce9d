import { join } from 'node:path'
import { SEPARATOR } from '../label-cells.js'
import { readBareRows } from '../manifests/rows.js'
import { type Adapter, exists, missing } from './adapter.js'
import { clipsOf, type Entry } from './clips-of.js'

const SPLITS = [
  { folder: 'train', split: 'train' },
  { folder: 'validation', split: 'validation' },
  { folder: 'eval', split: 'test' },
] as const

/** FUSS: mixtures of one to four sounds; column `stems` names the files of the sounds that are in them. */
export const fuss: Adapter = {
  name: 'fuss',
  summary: '22,000 mixtures of 10 s, each of 1 to 4 sounds that are kept apart (ssdata or ssdata_reverb)',
  source: 'Wisdom et al., ICASSP 2021; github.com/google-research/sound-separation',
  layout: SPLITS.flatMap(({ folder }) => [`${folder}/`, `${folder}_example_list.txt`]),
  protocol: {
    label: 'sources',
    split: 'split',
    metric: 'SI-SNR improvement by number of sources on split test',
    figure: 'separation',
  },
  async read(folder) {
    const entries: Entry[] = []
    for (const { folder: part, split } of SPLITS) {
      if (!(await exists(folder, part))) continue
      const list = `${part}_example_list.txt`
      if (!(await exists(folder, list))) throw missing(this, folder, list)
      const { rows } = await readBareRows(join(folder, list))
      for (const { fields } of rows) {
        const [mixture, ...stems] = fields.filter(path => path !== '')
        entries.push({ file: mixture!, labels: { sources: `${stems.length}`, split, stems: stems.join(SEPARATOR) } })
      }
    }
    if (entries.length === 0) throw missing(this, folder, this.layout[0]!)
    return clipsOf(folder, ['sources', 'split', 'stems'], entries)
  },
}
