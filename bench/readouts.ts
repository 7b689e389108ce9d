/**
 * Which readout shows most of what encoders have learnt: every one that has a name, on the development parts of labelled
 * sets (never those that results are reported on), of each run's newest checkpoint and of its untrained encoder, beside
 * log-mel statistics read in the same way. From the root of the repository, after `npm run build`:
 *
 *   node dist/bench/readouts.js RUN [RUN ...] [--json FILE]
 *
 * A figure is balanced accuracy in percent: kernel ridge on class-balanced targets, whole groups held out in turn; its
 * strength is chosen by inner folds of whole groups. Prints, for each readout, what it gains over the plain one, on the
 * mean and where it gains least: the default is the one that loses nowhere and gains most.
 */
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { cacheFolder } from '../data/cache-folder.js'
import { FeatureCache } from '../data/feature-cache.js'
import { readClips } from '../data/manifests.js'
import { UNTRAINED } from '../engine/checkpoints/files.js'
import { Hearing } from '../graphs/inference/hearing.js'
import { inferenceGraph } from '../graphs/inference/inference-graph.js'
import { ClipReadout } from '../graphs/readout/clip-readout.js'
import { type LayerShape, planReadout } from '../graphs/readout/plan.js'
import { READOUT_NAMES, type Readout, readoutOf } from '../graphs/readout/settings.js'
import { openPool } from '../graphs/streams/pool.js'
import { prepareFeatures, secondsOf } from '../graphs/streams/prepare.js'
import { encodePatches, layersOutput, plainOutput } from '../pipelines/embeddings/encode.js'
import { logMelNode } from '../pipelines/embeddings/log-mel-node.js'
import { logMelReading } from '../pipelines/embeddings/log-mel-statistics.js'
import { plainRows } from '../pipelines/embeddings/rows.js'
import { findCheckpoint } from '../pipelines/model/checkpoint.js'
import { startEncoder } from '../pipelines/model/trainer-thread.js'
import { loadStages } from '../stages/registry.js'
import { balancedAccuracy } from './readouts/kernel-ridge.js'
import { tellRows } from './tell-rows.js'

const SETS = [
  { name: 'drums', set: 'data/sets/drums16k-development.yaml', label: 'label', group: 'kit' },
  { name: 'words', set: 'data/sets/words16k-development.yaml', label: 'label', group: 'voice' },
] as const
const HOP = 0.48

const readouts = READOUT_NAMES.filter(name => name !== 'default').map(
  preset => [preset, readoutOf({ preset })] as const,
)

const json = process.argv.indexOf('--json')
const runs = process.argv.slice(2, json < 0 ? undefined : json)
const figures: { readout: string; of: string; set: string; dimensions: number; accuracy: number }[] = []
for (const run of runs) for (const set of SETS) await judge(run, set)
const how = 'balanced accuracy in percent on development parts; gains over plain, of the trained encoders'
tellRows(table(), json < 0 ? undefined : process.argv[json + 1], how)

async function judge(run: string, { name, set, label, group }: (typeof SETS)[number]): Promise<void> {
  const found = findCheckpoint(run)
  const { graph, statistics, train } = found.checkpoint
  const stages = await loadStages(graph.stageFiles)
  const inference = inferenceGraph(graph, stages)
  const { graph: features, mel } = logMelNode(inference, stages)
  const { clips } = await readClips(set)
  const pool = openPool({ workers: availableParallelism() })
  const folder = join(cacheFolder(), 'features')
  const prepared = await prepareFeatures({ graph: features, clips, cacheFolder: folder, pool })
  await pool.close()
  const hearing = new Hearing(inference, stages, prepared, statistics)
  const seconds = secondsOf(prepared)
  const column = (of: string) => prepared.clips.map(({ labels }) => labels[of] ?? '')
  const tell = (readout: string, of: string, rows: readonly Float32Array[]) => {
    const accuracy = 100 * balancedAccuracy(rows, column(label), column(group))
    figures.push({ readout, of, set: name, dimensions: rows[0]!.length, accuracy })
    process.stderr.write(`${of}, ${name}, ${readout}: ${accuracy.toFixed(1)}\n`)
  }
  if (mel && run === runs[0])
    for (const [preset, readout] of readouts) {
      const { of } = logMelReading(mel, readout)
      const cache = new FeatureCache(folder)
      const rows = prepared.nodes[mel.id]!.keys.map((key, clip) => of(cache.get(key), seconds[clip]!))
      tell(preset, 'log-mel', rows)
    }
  const thread = await startEncoder({ graph, seed: train.seed, threads: train.threads, precision: train.precision })
  try {
    const shapes = await thread.layers(inference.encoder)
    const weights = [
      [run, found.tensors],
      [`${run}, untrained`, join(dirname(found.tensors), UNTRAINED)],
    ] as const
    for (const [of, file] of weights) {
      await thread.load(file)
      for (const [preset, readout] of readouts) {
        const rows = await embedded(readout, shapes)
        tell(preset, of, rows)
      }
    }
  } finally {
    await thread.close()
  }

  async function embedded(
    readout: Readout | undefined,
    shapes: Readonly<Record<string, LayerShape>>,
  ): Promise<Float32Array[]> {
    const { encoder } = inference
    const plan = readout && planReadout(encoder, readout, shapes)
    const output = plan ? layersOutput(thread, encoder, plan) : plainOutput(thread, inference)
    const { length, second } = hearing.grid
    const rows: Float32Array[] = []
    const plain = plainRows('clip', output.size)
    let reading: ClipReadout | undefined
    const patches = encodePatches(thread, hearing, prepared.clips.keys(), { hop: hearing.hop(HOP), output })
    for await (const patch of patches) {
      const lengths = { clip: seconds[patch.clip]!, patch: length * second }
      if (!plan) {
        rows.push(...plain(patch, lengths).map(({ embedding }) => embedding))
        continue
      }
      reading ??= new ClipReadout(plan, { starts: patch.starts, length: lengths.patch, sound: lengths.clip })
      reading.add(patch.number, patch.values)
      if (!patch.last) continue
      rows.push(reading.take())
      reading = undefined
    }
    return rows
  }
}

function table(): Record<string, string | number>[] {
  const of = (readout: string, where: { of: string; set: string }) =>
    figures.find(one => one.readout === readout && one.of === where.of && one.set === where.set)!.accuracy
  const places = figures.filter(({ readout }) => readout === 'plain')
  return readouts.map(([readout]) => {
    const gains = places.filter(({ of }) => runs.includes(of)).map(where => of(readout, where) - of('plain', where))
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length
    return {
      readout,
      ...Object.fromEntries(places.map(where => [`${where.of}: ${where.set}`, of(readout, where).toFixed(1)])),
      ...{ 'mean gain': mean.toFixed(1), 'least gain': Math.min(...gains).toFixed(1) },
    }
  })
}
