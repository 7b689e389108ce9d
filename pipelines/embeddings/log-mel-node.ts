/** The spectrograms of whole clips whose statistics embeddings are measured against. */
import type { InferenceGraph } from '../../graphs/inference/inference-graph.js'
import { wholeClip } from '../../graphs/inference/whole-clip.js'
import type { CheckedGraph, CheckedNode } from '../../graphs/language/checked.js'
import type { ItemStage, Stage } from '../../stages/contract.js'
import { innermost, type LogMelPort } from '../../stages/ports.js'

export interface LogMelNode {
  id: string
  bands: number
  /** Seconds from frame to frame. */
  hop: number
}

/**
 * The first node that keeps spectrograms, of bands and not of lags; those of several channels count as one. Where the encoder hears patches of excerpts, one is put beside them that makes
 * the same of whole clips, if their stage names one.
 *
 * @returns the graph that prepares it, and the node; none where nothing makes spectrograms
 */
export function logMelNode(
  { graph }: InferenceGraph,
  stages: ReadonlyMap<string, Stage>,
): { graph: CheckedGraph; mel: LogMelNode | undefined } {
  const keeps = graph.nodes.filter(({ stage, out }) => {
    return innermost(out).kind === 'logmel' && (stages.get(stage) as ItemStage).cached
  })
  const hasBands = ({ stage, parameters }: CheckedNode) => {
    const { centres } = stages.get(stage) as ItemStage
    return !centres || centres(parameters).length > 0
  }
  const kept = keeps.find(hasBands)
  const spectra = kept && innermost(kept.out)
  if (spectra?.kind === 'logmel') return { graph, mel: nodeOf(kept!.id, spectra) }
  const wave = graph.nodes.find(({ out }) => out.kind === 'waveform')
  for (const node of wave ? graph.nodes : []) {
    const { ofWholeClip } = stages.get(node.stage) as ItemStage
    if (!ofWholeClip) continue
    const read = { node: wave!.id, bank: false, port: wave!.out }
    const whole = wholeClip(node, ofWholeClip(node.parameters), read, stages)
    if (whole?.out.kind !== 'logmel') continue
    const beside = { ...whole, id: `${node.id} of whole clips` }
    return { graph: { ...graph, nodes: [...graph.nodes, beside] }, mel: nodeOf(beside.id, whole.out) }
  }
  return { graph, mel: undefined }
}

const nodeOf = (id: string, { bands, hop, rate }: LogMelPort): LogMelNode => ({ id, bands, hop: hop / rate })
