/** Rebuilds the separator of a checkpoint. To be loaded where it is used: it brings TensorFlow's layers with it. */
import { readFileSync } from 'node:fs'
import { Problem } from '../../../data/problem.js'
import { type CheckpointFiles, demandWhole, locateCheckpoint } from '../../../engine/checkpoints/find.js'
import { compiled } from '../../../engine/compile/compiled.js'
import type { Engine } from '../../../engine/engine.js'
import { decodeSafetensors } from '../../../engine/safetensors.js'
import type { Stage } from '../../contract.js'
import { innermost, type Port } from '../../ports.js'
import { loadStages } from '../../registry.js'
import type { Separate } from '../windows.js'
import { openSeparator } from './separator.js'

export interface Processor extends CheckpointFiles {
  /** Channels that leave. */
  count: number
  /** Hertz. */
  rate: number
  /** Separates one mixture; each channel is as long, and the caller's own. */
  separate: Separate
  dispose(): void
}

/**
 * @param named as `locateCheckpoint` takes it
 * @throws Problem `no-checkpoint`; `bad-checkpoint` if its files do not belong together; `wrong-processor` if it is no
 *   separator's; `checkpoint-mismatch`
 */
export async function openProcessor(engine: Engine, named: string): Promise<Processor> {
  const found = locateCheckpoint(named)
  demandWhole(found)
  const { graph } = found.description
  const nodes = graph.nodes as GraphNode[]
  const node = separatorNode(nodes, await loadStages(graph.stageFiles, nodes), found.file)
  const { tensors } = decodeSafetensors(readFileSync(found.file), found.file)
  const separator = openSeparator(engine, node.stage, node, tensors)
  const { count } = separator
  const { tf } = engine
  // as one function of TensorFlow for each length that comes again, with the same bits
  const separate = compiled(engine, ([batch]) => [separator.separate(batch!)], { how: 'function' })
  return {
    ...found,
    count,
    rate: node.rate,
    separate: mixture => {
      const channels = tf.tidy(() => {
        // a copy: the tensor may share memory with the array
        const batch = tf.tensor2d(mixture.slice(), [1, mixture.length])
        return separate([batch])[0]!.dataSync<'float32'>().slice()
      })
      return Array.from({ length: count }, (_, at) => channels.slice(at * mixture.length, (at + 1) * mixture.length))
    },
    dispose: () => {
      separate.dispose()
      separator.dispose()
    },
  }
}

interface GraphNode {
  id: string
  stage: string
  parameters: Record<string, unknown>
  inputs: Record<string, { port: Port }>
}

function separatorNode(nodes: readonly GraphNode[], stages: ReadonlyMap<string, Stage>, file: string) {
  const isSeparator = ({ stage: name }: GraphNode) => {
    const stage = stages.get(name)
    return stage?.runsIn === 'tensor' && stage.role === 'separator'
  }
  const node = nodes.find(isSeparator)
  const from = node?.inputs.from?.port
  const heard = from && innermost(from)
  if (node && from && heard?.kind === 'excerpt')
    return { id: node.id, parameters: node.parameters, from, rate: heard.rate, stage: stages.get(node.stage)! }
  throw new Problem('wrong-processor', `${file} is no checkpoint of a separator: its graph has none.`, {
    hint: 'Train one with a graph such as graphs/mixit.yaml.',
  })
}
