/** What whoever runs an exported encoder has to know besides its graph: `encoder.json`, and the metadata of the files. */
import type { FoundCheckpoint } from '../../model/checkpoint.js'
import { versions } from '../../setup/versions.js'
import type { ReadoutCard } from './readout-layers.js'
import type { FrontEnd } from './sound-to-patches.js'

export interface Card {
  /** Version of these names. */
  format: 1
  /** Hertz of the sound that goes in. */
  rate: number
  /** Samples that the encoder takes at a time. */
  samples: number
  /** Samples of a patch that lie before the centre of its first frame. */
  lead: number
  /** Samples from frame to frame. */
  hop: number
  /** Frames of a patch. */
  frames: number
  /** Numbers of the embedding of a sound. */
  embedding: number
  /** How it is made of the output `layers`; if absent, it is the mean of the output `embedding` over patches. */
  readout?: ReadoutCard
  /** A shorter sound is repeated up to this many samples. */
  atLeast: number
  /** peak: (x - mean) / (max |x - mean| + headRoom), over the whole sound. */
  normalise: 'peak' | 'none'
  headRoom: number
  encoder: string
  stage: string
  step: number
  /** Hashes of the checkpoint's weights and of its graph. */
  checkpoint: string
  graph: string
  earshot: string
  note?: string
}

export function cardOf(
  front: FrontEnd,
  { checkpoint }: FoundCheckpoint,
  made: Pick<Card, 'encoder' | 'stage' | 'embedding' | 'readout'>,
): Card {
  return {
    format: 1,
    ...{ rate: front.mel.rate, samples: front.samples, lead: front.lead, hop: front.mel.hop, frames: front.frames },
    ...{ ...front.sound, ...made, step: checkpoint.step },
    ...{ checkpoint: checkpoint.sha256, graph: checkpoint.graphHash, earshot: versions().earshot! },
    ...(checkpoint.note === undefined ? {} : { note: checkpoint.note }),
  }
}
