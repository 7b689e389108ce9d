/** What the numbers of a spectrogram mean, from the nodes above it. */
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import type { ItemStage, Stage } from '../../../stages/contract.js'
import type { Scale } from '../../drawing/spectrogram.js'
import { nearestAbove } from './cuts.js'

/** What a picture of spectrograms has to know. */
export interface Meaning {
  /** Hertz of the middle of each band; undefined below a front end that does not say. */
  centres: readonly number[] | undefined
  /** Standard deviations after a stage that normalises, before it log10 power. */
  unit: Scale['unit']
}

export function meaningAt(graph: CheckedGraph, stages: ReadonlyMap<string, Stage>, id: string): Meaning {
  const above = (said: (stage: ItemStage) => unknown) =>
    nearestAbove(graph, id, ({ stage: name }) => {
      const stage = stages.get(name)
      return stage?.runsIn === 'item' && said(stage) !== undefined
    })
  const front = above(({ centres }) => centres)
  const stage = front && (stages.get(front.stage) as ItemStage)
  return {
    centres: stage?.centres?.(front!.parameters),
    unit: above(({ standardises }) => standardises) ? 'sd' : 'dB',
  }
}
