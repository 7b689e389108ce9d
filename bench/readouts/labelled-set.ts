/** A labelled set through the weights of a run, read out in any way; its sounds are read once. */
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { cacheFolder } from '../../data/cache-folder.js'
import { FeatureCache } from '../../data/feature-cache.js'
import { readClips } from '../../data/manifests.js'
import { UNTRAINED } from '../../engine/checkpoints/files.js'
import { Hearing } from '../../graphs/inference/hearing.js'
import { inferenceGraph } from '../../graphs/inference/inference-graph.js'
import type { Readout } from '../../graphs/readout/settings.js'
import { openPool } from '../../graphs/streams/pool.js'
import { prepareFeatures, secondsOf } from '../../graphs/streams/prepare.js'
import { clipEmbeddings } from '../../pipelines/embeddings/clip-rows.js'
import { logMelNode } from '../../pipelines/embeddings/log-mel-node.js'
import { logMelReading } from '../../pipelines/embeddings/log-mel-statistics.js'
import { readingOf } from '../../pipelines/embeddings/reading.js'
import type { FoundCheckpoint } from '../../pipelines/model/checkpoint.js'
import { startEncoder } from '../../pipelines/model/trainer-thread.js'
import { loadStages } from '../../stages/registry.js'
import type { Clip } from '../../stages/values.js'
import { demandPitchSounds } from './pitch-sounds.js'

const HOP = 0.48

export interface SetOf {
  name: string
  /** Data set file. */
  set: string
  label: string
  /** Column of what is held out whole; each clip by itself if absent. */
  group?: string
}

/** A part of drums16k or words16k; all of it if none is named. */
export const part = (name: string, group: string, which?: string): SetOf => ({
  ...{ name, label: 'label', group },
  set: `data/sets/${name}16k${which === undefined ? '' : `-${which}`}.yaml`,
})
const PITCH = 'data/sets/pitch16k.yaml'
/** By which readouts and recipes are chosen; results are never reported on them. */
export const DEVELOPMENT: SetOf[] = [
  part('drums', 'kit', 'development'),
  part('words', 'voice', 'development'),
  { name: 'samples', set: 'data/sets/quickstart.yaml', label: 'class' },
  { name: 'pitch', set: PITCH, label: 'pitch', group: 'timbre' },
]

export type LabelledSet = Awaited<ReturnType<typeof openSet>>

/** @param pieces what is read of each clip: itself if absent */
export async function openSet(
  { checkpoint, tensors }: FoundCheckpoint,
  { set, label, group }: SetOf,
  pieces: (clip: Clip) => Clip[] = clip => [clip],
) {
  const { graph, statistics, train } = checkpoint
  const stages = await loadStages(graph.stageFiles)
  const inference = inferenceGraph(graph, stages)
  const { graph: features, mel } = logMelNode(inference, stages)
  if (set === PITCH) demandPitchSounds()
  const clips = (await readClips(set)).clips.filter(({ labels }) => labels[label]).flatMap(pieces)
  const pool = openPool({ workers: availableParallelism() })
  const folder = join(cacheFolder(), 'features')
  const prepared = await prepareFeatures({ graph: features, clips, cacheFolder: folder, pool })
  await pool.close()
  const hearing = new Hearing(inference, stages, prepared, statistics)
  const thread = await startEncoder({ graph, seed: train.seed, threads: train.threads, precision: train.precision })
  return {
    /** Holds the weights that were asked for last. */
    thread,
    clips: prepared.clips,
    labels: prepared.clips.map(({ labels }) => labels[label]!),
    groups: prepared.clips.map(({ labels, id }) => (group === undefined ? id : labels[group]!)),
    seconds: secondsOf(prepared),
    untrained: join(dirname(tensors), UNTRAINED),
    /** One embedding a clip, by the weights of a file. */
    async embedded(weights: string, readout: Readout | undefined): Promise<Float32Array[]> {
      await thread.load(weights)
      const reading = await readingOf({}, inference, readout, thread)
      return clipEmbeddings({ thread, hearing, prepared, mel, reading, hop: HOP })
    },
    /** Log-mel statistics, read out in the same way. */
    logMel(readout: Readout | undefined): Float32Array[] {
      if (!mel) throw new Error('nothing in this graph makes spectrograms')
      const { of } = logMelReading(mel, readout)
      const cache = new FeatureCache(folder)
      return prepared.nodes[mel.id]!.keys.map((key, clip) => of(cache.get(key), secondsOf(prepared)[clip]!))
    },
    close: () => thread.close(),
  }
}
