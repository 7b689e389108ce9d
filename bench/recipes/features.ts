/** Log-mel features of labelled and unlabelled sets for programs that are not Earshot: the very ones that it trains on. */
import { closeSync, existsSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../data/cache-folder.js'
import { FeatureCache } from '../../data/feature-cache.js'
import { writeDelimited } from '../../data/manifests/delimited.js'
import { readClips } from '../../data/manifests.js'
import { writeWhole } from '../../data/whole-file.js'
import { openPool } from '../../graphs/streams/pool.js'
import { prepareFeatures } from '../../graphs/streams/prepare.js'
import type { Config } from '../../pipelines/configuration/config.js'

/** The node of graphs/contrastive-16k.yaml whose frames are written. */
const MEL = 'mel'

/**
 * For each set NAME.tsv (clip, frames, labels) and NAME.f32 (the frames of all clips, float32, row-major frames x bands).
 * A set that is there is left as it is.
 */
export async function writeFeatures(
  folder: string,
  { graph }: Config,
  sets: readonly { name: string; set: string }[],
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const pool = openPool({ workers: 2 })
  try {
    for (const { name, set } of sets) {
      const table = join(folder, `${name}.tsv`)
      if (existsSync(table)) continue
      const { clips: listed, columns } = await readClips(set)
      const features = join(cacheFolder(), 'features')
      const { clips, nodes } = await prepareFeatures({ graph, clips: listed, cacheFolder: features, pool })
      const { keys, frames } = nodes[MEL]!
      writeFrames(join(folder, `${name}.f32`), new FeatureCache(features), keys)
      const rows = clips.map(({ id, labels }, at) => [
        id,
        `${frames[at]}`,
        ...columns.map(column => labels[column] ?? ''),
      ])
      writeWhole(table, writeDelimited([['clip', 'frames', ...columns], ...rows], '\t'))
    }
  } finally {
    await pool.close()
  }
}

function writeFrames(file: string, cache: FeatureCache, keys: readonly string[]): void {
  const out = openSync(file, 'w')
  for (const key of keys) {
    const feature = cache.open(key)!
    writeSync(out, feature.read(0, feature.frames))
    feature.close()
  }
  closeSync(out)
}
