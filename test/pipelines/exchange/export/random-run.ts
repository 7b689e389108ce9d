/** A run folder whose encoder has random weights and running statistics: nothing has to be trained to be exported. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { tensorsFile } from '../../../../engine/checkpoints/files.js'
import { writeTensors } from '../../../../engine/checkpoints/tensors.js'
import type { Engine } from '../../../../engine/engine.js'
import type { CheckedGraph } from '../../../../graphs/language/checked.js'
import type { Edit } from '../../../../graphs/language/edits.js'
import { buildModel, type Model } from '../../../../graphs/model/model.js'
import { streamOf } from '../../../../graphs/streams/draws.js'
import type { TrainSettings } from '../../../../pipelines/configuration/sections.js'
import { readGraph } from '../../../../pipelines/index.js'
import { hashGraph, writeCheckpoint } from '../../../../pipelines/model/checkpoint.js'
import { loadStages } from '../../../../stages/registry.js'
import type { Rng } from '../../../../stages/values.js'

const GRAPH = 'graphs/contrastive-16k.yaml'
const START: Record<string, (rng: Rng) => number> = {
  scale: rng => rng.uniform(0.5, 1.5),
  offset: rng => 0.3 * rng.normal(),
  mean: rng => 0.2 * rng.normal(),
  variance: rng => rng.uniform(0.3, 2),
}
/** What `normalise` subtracts and divides by. */
export const STATISTICS = { mean: -3.1, deviation: 1.7 }

export interface RandomRun {
  run: string
  graph: CheckedGraph
  model: Model
}

/** @param edits of graphs/contrastive-16k.yaml, whose nodes are `wave`, `mel`, `near`, ..., `encoder` */
export async function randomRun(engine: Engine, run: string, edits: readonly Edit[], file = GRAPH): Promise<RandomRun> {
  const graph = await readGraph(file, { edits })
  const model = buildModel(engine, graph, await loadStages(graph.stageFiles), 5)
  const state = model.weights.state()
  for (const [name, { data }] of state) {
    const start = START[name.split('.').at(-1)!]
    const rng = streamOf(name)
    if (start) for (const at of data.keys()) data[at] = start(rng)
  }
  model.weights.load(state)
  const folder = join(run, 'checkpoints')
  mkdirSync(folder, { recursive: true })
  writeCheckpoint(folder, {
    ...{ step: 1, graph, graphHash: hashGraph(graph) },
    train: { seed: 0, threads: 1, precision: 'float32' } as TrainSettings,
    statistics: { mel: STATISTICS },
    cursor: { epoch: 0, position: 0 },
    ...{ lengths: {}, versions: {} },
    sha256: writeTensors(tensorsFile(folder, 1), state),
  })
  return { run, graph, model }
}
