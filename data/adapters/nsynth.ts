import { join } from 'node:path'
import { SEPARATOR } from '../label-cells.js'
import { type Adapter, exists, missing } from './adapter.js'
import { clipsOf, type Entry } from './clips-of.js'
import { metadataJson } from './metadata-json.js'

const SPLITS = { 'nsynth-train': 'train', 'nsynth-valid': 'validation', 'nsynth-test': 'test' } as const

/** What `examples.json` says about a note, as far as it is used. */
interface Note {
  instrument_str: string
  instrument_family_str: string
  instrument_source_str: string
  pitch: number
  velocity: number
  qualities_str?: string[]
}

/** NSynth: notes of single instruments; training and test instruments do not overlap. */
export const nsynth: Adapter = {
  name: 'nsynth',
  summary: '305,979 notes of 4 s from 1,006 instruments: pitch, velocity, family, source',
  source: 'Engel et al., ICML 2017; magenta.tensorflow.org/datasets/nsynth',
  layout: Object.keys(SPLITS).flatMap(folder => [`${folder}/examples.json`, `${folder}/audio`]),
  protocol: {
    label: 'pitch',
    group: 'instrument',
    split: 'split',
    metric: 'accuracy of pitch, or of family, on split test',
    figure: 'accuracy',
  },
  async read(folder) {
    const entries: Entry[] = []
    for (const [part, split] of Object.entries(SPLITS)) {
      if (!(await exists(folder, part))) continue
      for (const path of [`${part}/examples.json`, `${part}/audio`])
        if (!(await exists(folder, path))) throw missing(this, folder, path)
      for (const [name, note] of await metadataJson<Note>(join(folder, part, 'examples.json')))
        entries.push({
          file: `${part}/audio/${name}.wav`,
          labels: {
            pitch: `${note.pitch}`,
            family: note.instrument_family_str,
            instrument: note.instrument_str,
            source: note.instrument_source_str,
            velocity: `${note.velocity}`,
            qualities: (note.qualities_str ?? []).join(SEPARATOR),
            split,
          },
        })
    }
    if (entries.length === 0) throw missing(this, folder, this.layout[0]!)
    return clipsOf(folder, ['pitch', 'family', 'instrument', 'source', 'velocity', 'qualities', 'split'], entries)
  },
}
