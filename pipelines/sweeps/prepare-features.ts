/** Fills the feature cache once for all jobs, so that those that run side by side do not each do the same work. */

import type { Windows } from '../../data/annotations/windows.js'
import { featureFolder } from '../../data/cache-folder.js'
import { readClips } from '../../data/manifests.js'
import { inferenceGraph } from '../../graphs/inference/inference-graph.js'
import type { CheckedGraph } from '../../graphs/language/checked.js'
import { innermost } from '../../stages/ports.js'
import { readConfig } from '../configuration/config.js'
import { logMelNode } from '../embeddings/log-mel-node.js'
import { readSounds } from '../embeddings/read-sounds.js'
import type { Job, SweepPlan } from './plan.js'
import { hashed } from './variants.js'

/** @throws Problem if the cache cannot be written; the signal's reason once it is aborted */
export async function prepareForAll(
  plan: SweepPlan,
  jobs: Iterable<Job>,
  cache: string,
  signal: AbortSignal,
): Promise<void> {
  const cacheFolder = featureFolder(cache)
  for (const { graph, data, threads } of await distinctFronts(plan, jobs)) {
    const { clips } = await readClips(data.set, data)
    // nobody trains yet: every core reads
    await readSounds({ graph, clips, cacheFolder, threads, label: `reading sounds of ${data.set}`, signal })
  }
}

interface Front {
  graph: CheckedGraph
  data: { set: string } & Windows
  threads: number
}

/** Each front end (nodes up to those whose results are kept) with each set of sounds, once: of evaluations the encoder's. */
async function distinctFronts(plan: SweepPlan, jobs: Iterable<Job>): Promise<Front[]> {
  const fronts = new Map<string, Front>()
  const seen = new Set<string>()
  for (const { base, edits } of jobs) {
    const graphEdits = edits.filter(edit => !('set' in edit && edit.set.startsWith('train.')))
    const text = JSON.stringify([base, graphEdits])
    if (seen.has(text)) continue
    seen.add(text)
    const { graph, stages, data, train } = await readConfig(base, graphEdits)
    const add = (graph: CheckedGraph, data: Front['data']) =>
      fronts.set(hashed([frontOf(graph), data]), { graph, data, threads: train.threads })
    add(graph, data)
    if (plan.tests.length === 0) continue
    const heard = logMelNode(inferenceGraph(graph, stages), stages).graph
    for (const { set } of plan.tests) add(heard, { set })
  }
  return [...fronts.values()]
}

/** All that stands before the first draw: sounds, waveforms, features. */
const frontOf = ({ nodes }: CheckedGraph) =>
  nodes
    .filter(({ out, place }) => place === 'source' || KEPT.has(innermost(out).kind))
    .map(({ stage, parameters, inputs, content }) => [stage, parameters, inputs, content])

const KEPT = new Set(['waveform', 'recording', 'logmel', 'levels'])
