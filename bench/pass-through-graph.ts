/** A clip, a pair of patches, a chain of lifted stages that do nothing, a batch. */
import type { CheckedGraph, CheckedNode } from '../graphs/language/checked.js'
import type { Prepared } from '../graphs/streams/prepare.js'
import type { Port } from '../stages/ports.js'
import { PAIR, PATCH } from './pass-through-stages.js'

export const STAGES_MODULE = new URL('./pass-through-stages.js', import.meta.url).href

export interface PassThrough {
  /** Stage of the chain, and how many there are. */
  stage: 'pass' | 'draw'
  stages: number
  batch: number
  /** Frames of a patch; 96 in the shipped recipe. */
  frames?: number
  /** One clip in so many is refused; none if absent. */
  refuses?: number
}

export function passThroughGraph({
  stage,
  stages,
  batch,
  frames = PATCH.frames,
  refuses = 0,
}: PassThrough): CheckedGraph {
  const patch = { ...PATCH, frames }
  const pair: Port = { kind: 'pair', of: patch }
  const node = (id: string, rest: Pick<CheckedNode, 'stage' | 'place'> & Partial<CheckedNode>, from?: string) => ({
    id,
    parameters: {},
    inputs: from ? { from: { node: from, bank: false, port: pair } } : {},
    lifted: false,
    draws: 'separate' as const,
    joint: false,
    out: pair,
    ...rest,
  })
  const chain = Array.from({ length: stages }, (_, i) =>
    node(`view${i + 1}`, { stage, place: 'item', lifted: true }, `view${i}`),
  )
  const parameters = { length: frames * PATCH.bands, refuses }
  return {
    nodes: [
      node('clip', { stage: 'clips', place: 'source', out: { kind: 'clip' } }),
      node('view0', { stage: 'constant', place: 'item', parameters }, 'clip'),
      ...chain,
      node('batch', { stage: 'batch', place: 'batch', out: { kind: 'batch', of: PAIR, size: batch } }, `view${stages}`),
    ],
  }
}

/** So many clips, of which nothing is cached. */
export function preparedClips(count: number): Prepared {
  const clips = Array.from({ length: count }, (_, i) => ({ id: `clip ${i}`, path: `/sounds/${i}.wav`, labels: {} }))
  return { clips, nodes: {}, statistics: {}, skipped: [], noted: [], cacheFolder: '' }
}
