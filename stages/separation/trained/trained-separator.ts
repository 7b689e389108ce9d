/** The separator of a checkpoint, as its graph describes it: no weights are read. */
import { Problem } from '../../../data/problem.js'
import type { CheckpointFiles } from '../../../engine/checkpoints/find.js'
import type { TensorStage } from '../../contract.js'
import { innermost, type Port } from '../../ports.js'
import { loadStages } from '../../registry.js'

/** A separator node of a graph: what its checkpoint says of it. */
export interface SeparatorNode {
  id: string
  parameters: Record<string, unknown>
  /** The batch of excerpts that it was trained on. */
  from: Port
}

export interface TrainedSeparator extends SeparatorNode {
  stage: TensorStage
  /** Sounds that leave. */
  count: number
  /** Hertz. */
  rate: number
}

interface GraphNode {
  id: string
  stage: string
  parameters: Record<string, unknown>
  inputs: Record<string, { port: Port }>
}

/** Of what leaves a separator. */
export const channelCount = (out: Port): number =>
  out.kind === 'batch' && out.of.kind === 'channels' ? out.of.count : 1

/** @throws Problem `wrong-processor` if it is no separator's */
export async function trainedSeparator({ description: { graph }, file }: CheckpointFiles): Promise<TrainedSeparator> {
  const nodes = graph.nodes as GraphNode[]
  const stages = await loadStages(graph.stageFiles, nodes)
  for (const { id, stage: name, parameters, inputs } of nodes) {
    const stage = stages.get(name)
    const from = inputs.from?.port
    if (stage?.runsIn !== 'tensor' || stage.role !== 'separator' || !from) continue
    const heard = innermost(from)
    if (heard.kind !== 'excerpt') continue
    return { id, stage, parameters, from, count: channelCount(stage.out({ from }, parameters)), rate: heard.rate }
  }
  throw new Problem('wrong-processor', `${file} is no checkpoint of a separator: its graph has none.`, {
    hint: 'Train one with a graph such as graphs/mixit.yaml.',
  })
}
