/** What a run's frame classifier says of sounds, moment by moment. */
import { Problem } from '../../../data/problem.js'
import { Hearing } from '../../../graphs/inference/hearing.js'
import { inferenceGraph } from '../../../graphs/inference/inference-graph.js'
import type { CheckedGraph, CheckedNode } from '../../../graphs/language/checked.js'
import { fromEncoder } from '../../../graphs/model/heads.js'
import { gridOf } from '../../../graphs/streams/pieces.js'
import { type Prepared, secondsOf } from '../../../graphs/streams/prepare.js'
import type { EventSettings } from '../../../stages/audio/activity.js'
import type { Stage } from '../../../stages/contract.js'
import { innermost, type TokensPort } from '../../../stages/ports.js'
import { loadStages } from '../../../stages/registry.js'
import { joined } from '../../../stages/sample-arrays.js'
import { clipRows } from '../../embeddings/clip-rows.js'
import { momentsReading } from '../../embeddings/readout-reading.js'
import { findCheckpoint } from '../../model/checkpoint.js'
import { startTrained } from '../../model/trainer-thread.js'
import { progress } from '../../terminal/progress.js'
import { preparedSounds } from '../classification/classify.js'
import type { HearOptions } from './detect-options.js'

/** Of one clip: where its moments begin and end, and moments x classes of logits. */
export interface HeardMoments {
  edges: number[]
  logits: Float32Array
  seconds: number
}

/** A frame classifier at work, until it is closed. */
export interface Detector {
  settings: EventSettings
  step: number
  /** Seconds of a moment. */
  moment: number
  hear(sounds: string): Promise<{ prepared: Prepared; clips: HeardMoments[] }>
  close(): Promise<void>
}

/** @throws Problem `no-frame-classifier`, and those of `findCheckpoint` */
export async function startDetector(run: string, options: HearOptions): Promise<Detector> {
  const found = findCheckpoint(run)
  const { graph, statistics, step } = found.checkpoint
  const stages = await loadStages(graph.stageFiles)
  const { chain, port, settings } = detectorIn(graph, stages)
  const inference = inferenceGraph(graph, stages, chain[0])
  const thread = await startTrained(found)
  const { length, second } = gridOf(inference.cuts[0]?.port ?? inference.port)
  const moment = (length / port.count) * second
  const hop = Math.max(1, Math.round((options.hop ?? (length * second) / 4) / moment)) * moment
  const reading = momentsReading(thread, chain, port)
  const hear = async (sounds: string) => {
    const { prepared } = await preparedSounds({ ...options, sounds }, inference)
    const hearing = new Hearing(inference, stages, prepared, statistics)
    const clips = secondsOf(prepared).map(seconds => ({ edges: [0], rows: [] as Float32Array[], seconds }))
    const bar = progress('clips listened to', clips.length)
    try {
      const all = clipRows({ thread, hearing, prepared, mel: undefined, reading, level: 'frame', hop })
      for await (const { clip, rows, last } of all) {
        options.signal?.throwIfAborted()
        for (const { end, embedding } of rows) {
          clips[clip]!.edges.push(end)
          clips[clip]!.rows.push(embedding)
        }
        if (last) bar.tick()
      }
    } finally {
      bar.done()
    }
    return { prepared, clips: clips.map(({ rows, ...one }) => ({ ...one, logits: joined(rows) })) }
  }
  return { settings, step, moment, hear, close: () => thread.close() }
}

/** The first head whose targets are the activity of classes. @throws Problem `no-frame-classifier` */
function detectorIn(
  graph: CheckedGraph,
  stages: ReadonlyMap<string, Stage>,
): { chain: string[]; port: TokensPort; settings: EventSettings } {
  const activityOf = (node: CheckedNode) => {
    const batch = Object.values(node.inputs).find(({ port }) => innermost(port).kind === 'activity')?.node
    const gathered = graph.nodes.find(({ id }) => id === batch)?.inputs
    const source = Object.values(gathered ?? {})[0]?.node
    return graph.nodes.find(({ id, stage }) => id === source && stage === 'activity')
  }
  for (const node of graph.nodes) {
    const port = innermost(node.out)
    const activity = port.kind === 'tokens' ? activityOf(node) : undefined
    const chain = activity && fromEncoder(graph, stages, node.id)?.map(({ id }) => id)
    if (activity && chain && port.kind === 'tokens')
      return { chain, port, settings: activity.parameters as unknown as EventSettings }
  }
  throw new Problem('no-frame-classifier', 'The graph has no frame classifier.', {
    hint: 'Train one: graphs/frame-events.yaml shows how. Classifiers of whole clips answer to ./earshot classify.',
  })
}
