/** Fills the feature cache once for all jobs, so that those that run side by side do not each do the same work. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { readClips } from '../../data/manifests.js'
import { openPool } from '../../graphs/streams/pool.js'
import { prepareFeatures } from '../../graphs/streams/prepare.js'
import { innermost } from '../../stages/ports.js'
import { type Config, readConfig } from '../config.js'
import { progress } from '../progress.js'
import type { Job, SweepPlan } from './plan.js'
import { hashed } from './variants.js'

/** @throws Problem if the cache cannot be written; the signal's reason once it is aborted */
export async function prepareForAll(
  plan: SweepPlan,
  jobs: Iterable<Job>,
  cache: string,
  signal: AbortSignal,
): Promise<void> {
  const fronts = await distinctFronts(plan, jobs)
  for (const { config, set } of fronts) {
    const { clips } = await readClips(set)
    // nobody trains yet: every core reads
    const pool = openPool({ workers: availableParallelism(), threads: config.train.threads })
    const bar = progress(`reading sounds of ${set}`, clips.length)
    const onProgress = () => bar.tick()
    const cacheFolder = join(cache, 'features')
    try {
      await prepareFeatures({ graph: config.graph, clips, cacheFolder, pool, onProgress, signal })
    } finally {
      bar.done()
      await pool.close()
    }
  }
}

/** Each front end (nodes up to those whose results are kept) with each set of sounds, once. */
async function distinctFronts(plan: SweepPlan, jobs: Iterable<Job>): Promise<{ config: Config; set: string }[]> {
  const configs = new Map<string, Config>()
  const seen = new Set<string>()
  for (const { edits } of jobs) {
    const graphEdits = edits.filter(edit => !('set' in edit && edit.set.startsWith('train.')))
    const text = JSON.stringify(graphEdits)
    if (seen.has(text)) continue
    seen.add(text)
    const config = await readConfig(plan.base, graphEdits)
    configs.set(hashed([frontOf(config), config.data.set]), config)
  }
  const fronts = new Map<string, { config: Config; set: string }>()
  for (const config of configs.values())
    for (const set of [config.data.set, ...plan.tests.map(({ set }) => set)])
      fronts.set(hashed([frontOf(config), set]), { config, set })
  return [...fronts.values()]
}

/** All that stands before the first draw: sounds, waveforms, features. */
const frontOf = ({ graph }: Config) =>
  graph.nodes
    .filter(({ out, place }) => place === 'source' || KEPT.has(innermost(out).kind))
    .map(({ stage, parameters, inputs, content }) => [stage, parameters, inputs, content])

const KEPT = new Set(['waveform', 'recording', 'logmel', 'levels'])
