/** The features of sounds, for whoever trains on, encodes, measures or draws them: read with a bar. */
import { availableParallelism } from 'node:os'
import { openPool, type Pool, type PoolOptions } from '../../graphs/streams/pool.js'
import { noneUsable, type Prepared, type PrepareOptions, prepareFeatures } from '../../graphs/streams/prepare.js'
import { progress } from '../terminal/progress.js'

interface Sounds extends Pick<PrepareOptions, 'graph' | 'clips' | 'cacheFolder' | 'signal'> {
  /** What the bar says. */
  label?: string
}

type Wanted = Sounds & Pick<PoolOptions, 'workers' | 'threads'>

/** In a pool that is open already. @throws Problem those of `prepareFeatures` */
export async function readInPool(pool: Pool, { label = 'reading sounds', ...sounds }: Sounds): Promise<Prepared> {
  const bar = progress(label, sounds.clips.length)
  return prepareFeatures({ ...sounds, pool, onProgress: () => bar.tick() }).finally(bar.done)
}

/** With as many workers as cores, if nothing else is said. @throws Problem those of `prepareFeatures` */
export async function readSounds({ workers, threads, ...sounds }: Wanted): Promise<Prepared> {
  const pool = openPool({ workers: workers ?? availableParallelism(), threads })
  return readInPool(pool, sounds).finally(() => pool.close())
}

/** The same where one at least has to be read. @throws Problem `no-usable-clips` */
export async function readUsable(wanted: Wanted): Promise<Prepared> {
  const prepared = await readSounds(wanted)
  if (prepared.clips.length > 0 || prepared.skipped.length === 0) return prepared
  throw noneUsable(wanted.clips, prepared.skipped)
}
