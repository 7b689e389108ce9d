/** What the numbers of a spectrogram mean, from the nodes above it. */
import type { CheckedGraph } from '../../../graphs/language/checked.js'
import { type MelOptions, melCorners } from '../../../stages/audio/spectra/mel-filter-bank.js'
import type { Scale } from '../../drawing/spectrogram.js'
import { nearestAbove } from './cuts.js'

/** The parameters of the log-mel (or log-mel-patch) node above; undefined below another front end. */
export function frontEndAbove(graph: CheckedGraph, id: string): MelOptions | undefined {
  const node = nearestAbove(graph, id, ({ stage }) => stage === 'log-mel' || stage === 'log-mel-patch')
  return node?.parameters as MelOptions | undefined
}

/** Hertz of the middle of each band. */
export function centresOf(frontEnd: MelOptions | undefined): number[] | undefined {
  return frontEnd && melCorners(frontEnd).slice(1, -1)
}

/** After a normalise stage values are standard deviations, before it log10 power. */
export function unitAt(graph: CheckedGraph, id: string): Scale['unit'] {
  return nearestAbove(graph, id, ({ stage }) => stage === 'normalise') ? 'sd' : 'dB'
}
